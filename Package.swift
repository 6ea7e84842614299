// swift-tools-version: 6.1
import PackageDescription

/// Optimised in debug builds too: tests simulate millions of queries, which takes three times as long otherwise.
let optimised: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

/// Targets in the order in which an experiment flows; dependencies point one way (checked by `Scripts/check-layers`).
let package = Package(
  name: "run_exp",
  products: [
    .executable(name: "run_exp", targets: ["Runner"]),
    .executable(name: "frontend", targets: ["Frontend"]),
    .executable(name: "worker", targets: ["Worker"]),
    .executable(name: "client", targets: ["Client"]),
    .executable(name: "shuffle", targets: ["Shuffle"]),
    .library(name: "TorchRuntime", type: .dynamic, targets: ["TorchRuntime"]),
    .library(name: "Serving", targets: ["Serving"]),
    .library(name: "Simulation", targets: ["Simulation"]),
    .library(name: "CloudUtil", targets: ["CloudUtil"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
  ],
  targets: [
    // One C library each: a module map and the shims Swift cannot import.
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CLinux"),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CHiredis", pkgConfig: "hiredis", providers: [.apt(["libhiredis-dev"])]),
    .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "CSSH2", pkgConfig: "libssh2", providers: [.apt(["libssh2-1-dev"])]),
    .systemLibrary(name: "CTurboJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"])]),
    // The C face of libtorch: loads TorchRuntime only when a TorchScript model is asked for.
    .target(name: "CTorch", linkerSettings: [.linkedLibrary("dl")]),
    .target(
      name: "TorchRuntime",
      dependencies: [],
      cxxSettings: [.unsafeFlags(["-std=c++17", "-I/usr/include/torch/csrc/api/include"])],
      // It is C++ alone: linked in the usual way it would bring a second Swift runtime into the worker.
      linkerSettings: [
        .linkedLibrary("torch"), .linkedLibrary("torch_cpu"), .linkedLibrary("c10"),
        .unsafeFlags(["-static-stdlib", "-nostartfiles"]),
      ]),

    // Pure.
    .target(name: "Statistics"),
    .target(
      name: "Serving", dependencies: [.product(name: "DequeModule", package: "swift-collections")],
      swiftSettings: optimised),
    .target(name: "Simulation", dependencies: ["Serving"], swiftSettings: optimised),

    // Shared by the processes of an experiment.
    .target(name: "Wire", dependencies: ["Serving", .product(name: "NIOCore", package: "swift-nio")]),
    .target(name: "Control", dependencies: ["CHiredis"]),
    .target(name: "Imaging", dependencies: ["CTurboJPEG"]),

    // Machines and processes; knows nothing of inference.
    .target(
      name: "CloudUtil",
      dependencies: [
        "CCurl", "CCrypto", "CLinux", "CSSH2", "CYAML",
        .product(name: "Subprocess", package: "swift-subprocess"), .product(name: "Logging", package: "swift-log"),
      ]),

    .executableTarget(
      name: "Runner",
      dependencies: [
        "CloudUtil", "Control", "Serving", "Simulation", "Statistics", "Wire",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ]),
    .executableTarget(
      name: "Frontend",
      dependencies: [
        "Control", "Imaging", "Serving", "Wire",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ]),
    .executableTarget(
      name: "Worker",
      dependencies: [
        "Control", "CTorch", "Imaging", "Serving", "Wire",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
      ]),
    .executableTarget(
      name: "Client",
      dependencies: [
        "Control", "Serving", "Statistics", "Wire",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ]),
    // Background traffic between the hosts of an experiment.
    .executableTarget(
      name: "Shuffle",
      dependencies: [
        "Wire", .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
      ]),

    .testTarget(name: "StatisticsTests", dependencies: ["Statistics"]),
    .testTarget(name: "ServingTests", dependencies: ["Serving", "Statistics"]),
    .testTarget(name: "SimulationTests", dependencies: ["Simulation", "Serving", "Statistics"]),
    .testTarget(name: "WireTests", dependencies: ["Wire"]),
    .testTarget(name: "ImagingTests", dependencies: ["Imaging"]),
    .testTarget(
      name: "CloudUtilTests", dependencies: ["CloudUtil"],
      exclude: [
        "AWS/Credentials/random_profiles.py", "AWS/EC2/random_arguments.py", "AWS/Settings/endpoints.py",
        "AWS/Settings/read_ini.py", "AWS/Signing/fetch_vectors.py", "AWS/Signing/random_requests.py",
      ]),
    .testTarget(name: "RunnerTests", dependencies: ["Runner"]),
    .testTarget(name: "FrontendTests", dependencies: ["Frontend"]),
    .testTarget(
      name: "WorkerTests",
      dependencies: ["Worker", "Control", "Serving", "Wire", .product(name: "NIOCore", package: "swift-nio")]),
    .testTarget(
      name: "ClientTests", dependencies: ["Client", "Serving", .product(name: "NIOCore", package: "swift-nio")]),
    .testTarget(
      name: "IntegrationTests",
      dependencies: [
        "Client", "CloudUtil", "Control", "Serving", "Wire",
        .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
        .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ], path: "Tests/Integration"),
  ],
  cxxLanguageStandard: .cxx17
)
