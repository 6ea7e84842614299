import ArgumentParser

/// Where the programs that a cluster runs are built.
enum BuildChoice: String, ExpressibleByArgument, CaseIterable, Sendable {
  /// The programs of this machine are taken there.
  case local
  /// On the frontend's host, from the source that is there.
  case remote
  /// This machine's where they start there, else there.
  case auto
}
