/// A query, numbered from 0 in the order of arrival at the policy.
public struct QueryID: Hashable, Comparable, Sendable, BitwiseCopyable {
  public var number: Int
  public init(_ number: Int) { self.number = number }
  public static func < (a: QueryID, b: QueryID) -> Bool { a.number < b.number }
}

/// One piece of work for one instance: a batch of queries, a copy of one, or a parity batch. Numbered from 0.
public struct JobID: Hashable, Comparable, Sendable, BitwiseCopyable {
  public var number: Int
  public init(_ number: Int) { self.number = number }
  public static func < (a: JobID, b: JobID) -> Bool { a.number < b.number }
}

/// A coding group, numbered from 0 in the order in which groups are opened.
public struct GroupID: Hashable, Comparable, Sendable, BitwiseCopyable {
  public var number: Int
  public init(_ number: Int) { self.number = number }
  public static func < (a: GroupID, b: GroupID) -> Bool { a.number < b.number }
}

/// One stay of a model instance with the policy. An instance that is lost and returns gets a new one.
public struct InstanceID: Hashable, Comparable, Sendable, BitwiseCopyable {
  public var number: Int
  public init(_ number: Int) { self.number = number }
  public static func < (a: InstanceID, b: InstanceID) -> Bool { a.number < b.number }
}
