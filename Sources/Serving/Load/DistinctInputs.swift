/// Of inputs that are drawn, how many different ones there are.
public enum DistinctInputs {
  /// As many as make a cache of inputs unlikely, but 16 MiB at most: they are drawn before a client is ready. At least one.
  /// - Parameter floats: in an input, >= 1.
  public static func count(floats: Int) -> Int { max(1, min(256, (16 << 20) / (4 * floats))) }
}
