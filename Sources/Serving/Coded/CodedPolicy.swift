/// placeholder, written next
public struct CodedPolicy: Sendable {}
