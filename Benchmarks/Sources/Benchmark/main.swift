import Serving

#if canImport(Glibc)
  import Glibc
#endif

// Benchmark PRODUCTS PROGRAMS SCRATCH: measures and prints, asserts nothing.
guard CommandLine.arguments.count == 4 else {
  complain("usage: Benchmark PRODUCTS PROGRAMS SCRATCH (Benchmarks/run gives them)")
  exit(64)
}

let servers = Servers(
  products: CommandLine.arguments[1], programs: CommandLine.arguments[2], scratch: CommandLine.arguments[3])

/// One line on stderr.
func complain(_ text: String) {
  let line = Array((text + "\n").utf8)
  _ = write(STDERR_FILENO, line, line.count)
}

/// One row on stdout, at once also where that is a file.
func show(_ row: some CustomStringConvertible) {
  let line = Array((row.description + "\n").utf8)
  _ = write(STDOUT_FILENO, line, line.count)
}

func measure() throws {
  show(Row.header)
  for isCold in [false, true] {
    for k in 2...4 { show(Codes.encode(k: k, isCold: isCold)) }
  }
  for k in 2...4 { show(try Codes.decode(k: k)) }
  for loop in [
    PolicyLoop(mode: .none, base: 18, redundant: 0), PolicyLoop(mode: .coded, base: 12, redundant: 6),
    PolicyLoop(mode: .cheap, base: 12, redundant: 6),
  ] {
    for row in loop.rows() { show(row) }
  }
  for mode in [RedundancyMode.none, .equal, .coded] {
    for row in try SimulationLoop(mode: mode).rows() { show(row) }
  }
  for row in try SimulationLoop(mode: .coded, shuffles: 4).rows() { show(row) }
  for base in [1000, 10_000] {
    for queueMode in QueueMode.allCases {
      for row in try SimulationLoop(mode: .coded, queueMode: queueMode, base: base).rows() { show(row) }
    }
  }
  for rate in [300, 2000] {
    let (relay, echo_us) = try servers.relay(rate: rate)
    for mode in ["none", "coded"] {
      let load = try servers.frontend(mode: mode, rate: rate)
      show(
        Row(
          what: "frontend \(mode)\(mode == "coded" ? " k = 2" : ""), \(rate)/s", ours: load.serverPerQuery_us,
          reference: relay.serverPerQuery_us, unit: "us CPU a query (C: relay to an echo server)"))
      if mode == "none" { try printClient(load, rate: rate) }
    }
    show(
      Row(
        what: "C echo server alone, \(rate)/s", ours: .nan, reference: echo_us, unit: "us CPU a request")
    )
  }
  let worker = try servers.worker()
  let process = try servers.referenceProcess()
  show(
    Row(
      what: "worker, synthetic: start to joined", ours: worker.start_ms, reference: process.start_ms,
      unit: "ms (C: echo server, start to listening)"))
  show(
    Row(
      what: "worker, synthetic: resident", ours: worker.resident_mb, reference: process.resident_mb, unit: "MB at most")
  )
}

func printClient(_ load: Servers.Load, rate: Int) throws {
  let reference = try servers.reference(rate: rate)
  show(
    Row(
      what: "client, \(rate)/s", ours: load.clientPerQuery_us, reference: reference.cpu_us,
      unit: "us CPU a query, start included"))
  show(
    Row(
      what: "client, \(rate)/s: lateness p50", ours: load.lateness_us(percentile: 50), reference: reference.p50_us,
      unit: "us"))
  show(
    Row(
      what: "client, \(rate)/s: lateness p99", ours: load.lateness_us(percentile: 99), reference: reference.p99_us,
      unit: "us"))
}

do {
  try measure()
} catch {
  complain("Benchmark: \(error)")
  exit(70)
}
