/// From now to `deadline`, rounded up, as poll(2) wants it.
func milliseconds(until deadline: ContinuousClock.Instant) -> Int32 {
  let left = deadline - .now
  guard left > .zero else { return 0 }
  let (seconds, attoseconds) = left.components
  return seconds > 1_000_000 ? 1_000_000_000 : Int32(seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
}
