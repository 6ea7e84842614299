// swift-tools-version: 6.1
import PackageDescription

/// Measures run_exp beside the same work in C, in one run. A package of its own: the product does not depend on it.
let package = Package(
  name: "Benchmarks",
  dependencies: [.package(name: "run_exp", path: "..")],
  targets: [
    // The same work in C: as fast as the compiler makes it, so that a ratio says what Swift and its libraries cost.
    .target(name: "Reference", cSettings: [.unsafeFlags(["-O3"])]),
    .executableTarget(name: "echo", cSettings: [.unsafeFlags(["-O3"])]),
    .executableTarget(name: "load", cSettings: [.unsafeFlags(["-O3"])]),
    .executableTarget(
      name: "Benchmark",
      dependencies: [
        "Reference", .product(name: "Serving", package: "run_exp"), .product(name: "Simulation", package: "run_exp"),
      ]),
    // How long it takes until many hosts let us in by ssh (Benchmarks/ready).
    .executableTarget(name: "Ready", dependencies: [.product(name: "CloudUtil", package: "run_exp")]),
  ]
)
