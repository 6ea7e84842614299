import ArgumentParser

/// `--engine`: how components are kept.
enum EngineChoice: String, CaseIterable, ExpressibleByArgument, Sendable {
  /// Containers where Docker answers and has current images, else processes.
  case auto
  case process
  case docker
}
