import CloudUtil

/// What `run_exp <config> plan --check --json` prints of AWS's answers, after the plan.
struct LaunchCheck: Encodable {
  struct Answer: Encodable {
    var role: String
    /// Why AWS would not launch the role's machines; null if it would.
    @NullIfUnknown var refused: String?
  }

  var check: [Answer]

  init(_ answers: [(role: Role, error: AWSError?)]) {
    check = answers.map { Answer(role: $0.role.name, refused: $0.error.map { "\($0)" }) }
  }
}
