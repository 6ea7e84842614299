/// A machine that can be used.
public struct Host: Sendable {
  public var name: String
  /// Where the other hosts of the fleet reach it.
  public var address: String
  public var shell: any RemoteShell

  /// Whether it is the machine that this program runs on.
  public var isHere: Bool { shell is LocalShell }

  public init(name: String, address: String, shell: any RemoteShell) {
    self.name = name
    self.address = address
    self.shell = shell
  }
}
