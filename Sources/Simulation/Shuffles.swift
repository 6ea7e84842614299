import Serving

/// Network shuffles between hosts: each takes 128 to 256 MiB from a random host to a random other one and back, then the
/// next one begins.
///
/// A transfer has the smaller of its fair shares of the sender's outgoing and the receiver's incoming link: the link's rate
/// by the number of transfers on it.
struct Shuffles {
  private struct Transfer {
    var source: Int
    var destination: Int
    /// Of the whole shuffle, one way.
    var total_bytes: Double
    var left_bytes: Double
    var bytes_per_ns: Double
    var isReturn: Bool
  }

  private var transfers: [Transfer] = []
  /// Transfers that leave, and that reach, each host.
  private(set) var leaving: [Int32]
  private(set) var reaching: [Int32]
  private let link_bytes_per_ns: Double
  private var now_ns: Int64 = 0
  private(set) var nextEnd_ns = Int64.max
  private var random: Xoshiro256

  private static let smallest_bytes = 128 << 20

  /// - Parameter hosts: at least two, or there is no shuffle.
  init(count: Int, hosts: Int, link_bytes_per_s: Double, seed: UInt64) {
    leaving = Array(repeating: 0, count: hosts)
    reaching = leaving
    link_bytes_per_ns = link_bytes_per_s / 1e9
    random = RandomStream.shuffles.generator(seed: seed)
    guard hosts >= 2, link_bytes_per_s.isFinite else { return }
    for _ in 0..<count { begin() }
    share()
  }

  /// Ends what ends at `nextEnd_ns` and begins what follows.
  mutating func advance() {
    let elapsed_ns = Double(nextEnd_ns - now_ns)
    now_ns = nextEnd_ns
    for index in transfers.indices { transfers[index].left_bytes -= transfers[index].bytes_per_ns * elapsed_ns }
    // Rates end between nanoseconds: what is left of less than one byte has arrived.
    let ended = transfers.indices.filter { transfers[$0].left_bytes < 1 }
    let over = ended.map { transfers[$0] }
    for index in ended.reversed() { transfers.remove(at: index) }
    for transfer in over {
      leaving[transfer.source] -= 1
      reaching[transfer.destination] -= 1
      if transfer.isReturn {
        begin()
      } else {
        add(from: transfer.destination, to: transfer.source, bytes: transfer.total_bytes, isReturn: true)
      }
    }
    share()
  }

  private mutating func begin() {
    let hosts = leaving.count
    let source = random.number(below: hosts)
    let step = 1 + random.number(below: hosts - 1)
    let bytes = Double(Shuffles.smallest_bytes + random.number(below: Shuffles.smallest_bytes + 1))
    add(from: source, to: (source + step) % hosts, bytes: bytes, isReturn: false)
  }

  private mutating func add(from source: Int, to destination: Int, bytes: Double, isReturn: Bool) {
    transfers.append(
      Transfer(
        source: source, destination: destination, total_bytes: bytes, left_bytes: bytes, bytes_per_ns: 0,
        isReturn: isReturn))
    leaving[source] += 1
    reaching[destination] += 1
  }

  private mutating func share() {
    var soonest = Double.infinity
    for index in transfers.indices {
      let transfer = transfers[index]
      let rivals = max(leaving[transfer.source], reaching[transfer.destination])
      transfers[index].bytes_per_ns = link_bytes_per_ns / Double(rivals)
      soonest = min(soonest, transfer.left_bytes / transfers[index].bytes_per_ns)
    }
    nextEnd_ns = soonest.isFinite ? now_ns + max(1, Int64(soonest.rounded(.up))) : .max
  }
}

extension Xoshiro256 {
  /// Uniform from 0 to less than `count`, which is > 0.
  mutating func number(below count: Int) -> Int { Int(next().multipliedFullWidth(by: UInt64(count)).high) }
}
