import Foundation

/// Whether whatever a test needs has been installed, so that it may not be skipped (`Scripts/test`).
let isAllRequired = ProcessInfo.processInfo.environment["RUN_EXP_REQUIRE_ALL"] != nil
