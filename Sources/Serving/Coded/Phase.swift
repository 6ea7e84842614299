/// Which part of the load a query belongs to. A coding group holds queries of one phase only.
public enum Phase: Int, CaseIterable, Sendable, BitwiseCopyable {
  case warmup, measured
}
