import Serving

#if canImport(FoundationEssentials)
  import FoundationEssentials
#endif

extension ServiceTimes {
  /// Those of one worker, the file of an empirical distribution read.
  /// - Throws: `StartFailure` 65 if the file cannot be used.
  init(reading time: ServiceTime, seed: UInt64, worker: UInt32) throws(StartFailure) {
    let times_ms = time.kind == .empirical ? try ServiceTimes.read(time.file ?? "") : []
    self.init(time, empirical_ms: times_ms, seed: seed, worker: Int(worker))
  }

  private static func read(_ path: String) throws(StartFailure) -> [Double] {
    let text: String
    do {
      text = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    } catch {
      throw .badInput("service times \(path): cannot be read")
    }
    let times: [Double]
    do throws(NumberLines.Malformed) {
      times = try NumberLines.parse(text, in: 0...NumberLines.maximumService_ms).map(\.number)
    } catch {
      throw .badInput("service times \(path), \(error)")
    }
    guard !times.isEmpty else { throw .badInput("service times \(path): there are none") }
    return times
  }
}
