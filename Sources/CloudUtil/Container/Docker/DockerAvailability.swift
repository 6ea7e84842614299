import Foundation

/// Whether services can be kept as containers on a host.
public enum DockerAvailability: Equatable, Sendable {
  /// - images: the id (`sha256:…`) of each image by its name.
  case ready(version: String, images: [String: String])
  /// What is missing, and what to do about it.
  case unavailable(ContainerError)
}

extension DockerEngine {
  /// Finds out whether the daemon answers, whether it may be used, and whether `images` are there and current.
  /// - Throws: `SystemCall` if a file that an image has to hold cannot be read; `CancellationError`.
  public func availability(of images: [ImageRequirement]) async throws -> DockerAvailability {
    do {
      let machine = try await ground().machine
      return .ready(version: machine.version, images: try await docker.identify(images))
    } catch let error as ContainerError {
      return .unavailable(error)
    }
  }
}

extension DockerHost {
  private struct Image: Decodable {
    var Id: String
    var RepoTags: [String]?
    var Config: Config?

    struct Config: Decodable { var Labels: [String: String]? }
  }

  /// The ids of images by name.
  /// - Throws: `ContainerError.image` of the first that is missing or stale.
  fileprivate func identify(_ requirements: [ImageRequirement]) async throws -> [String: String] {
    guard !requirements.isEmpty else { return [:] }
    let output = try await attempt(commands.images(requirements.map(\.name)))
    let images = try output.stdout.split(separator: "\n").map {
      try JSONDecoder().decode(Image.self, from: Data($0.utf8))
    }
    var ids: [String: String] = [:]
    for requirement in requirements {
      let tag = requirement.name.contains(":") ? requirement.name : requirement.name + ":latest"
      guard let image = images.first(where: { $0.RepoTags?.contains(tag) ?? false || $0.Id == requirement.name }) else {
        throw ContainerError.image(requirement.name, .missing, host: shell.host)
      }
      if let problem = try requirement.problem(labels: image.Config?.Labels ?? [:]) {
        throw ContainerError.image(requirement.name, problem, host: shell.host)
      }
      ids[requirement.name] = image.Id
    }
    return ids
  }
}
