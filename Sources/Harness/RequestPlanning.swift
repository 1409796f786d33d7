import Curl
import Foundation
import KubernetesObjects
import LoadGeneration
import Profiles

/// Turns the requests of a profile into those of the generator.
struct RequestPlanning {
  let profile: Profile
  let files: RequestFiles
  let environment: [String: String]

  /// The feeds in the order of the profile, to which texts refer by index.
  var feeds: [DataFeed] {
    profile.data.map { feed in
      let order: DataFeed.Order =
        switch feed.order {
        case .sequential: .sequential
        case .random: .random
        case .unique: .unique
        }
      return DataFeed(name: feed.name, rows: files.tables[feed.name]?.rows ?? [], order: order)
    }
  }

  func route(_ request: RequestRoute) throws(HarnessError) -> Route {
    var headers: [(name: String, value: RequestText)] = []
    for header in request.headers { headers.append((header.name, try text(header.value, of: request))) }
    if let authentication = request.authentication {
      headers.append(("Authorization", try credentials(authentication, of: request)))
    }
    for header in headers { try checkHeader(header.name, header.value, of: request) }
    let body: RequestText? =
      switch request.body {
      case .template(let template)?: try text(template, of: request)
      case .file(let path, _)?: RequestText([.bytes(files.bodies[path] ?? [])])
      case nil: nil
      }
    return Route(
      name: request.name, weight: request.weight, method: request.method, path: try path(request),
      headers: headers, body: body, expectedStatuses: Set(request.expectedStatuses.flatMap(Array.init)),
      checks: try checks(request.checks))
  }

  private func checks(_ checks: ResponseChecks) throws(HarnessError) -> AnswerChecks {
    var json: [(pointer: String, value: String)] = []
    for check in checks.json {
      do {
        json.append((check.pointer, String(decoding: try JSONEncoder().encode(check.value), as: UTF8.self)))
      } catch {
        throw HarnessError(
          .invalidInput, "\(profile.source): the value expected at \(check.pointer) is no JSON: \(error)")
      }
    }
    return AnswerChecks(
      headers: checks.headers.map { (HeaderName($0.name), $0.value) }, bodyContains: checks.bodyContains, json: json,
      maximumSize: checks.maxSize)
  }

  /// What the environment puts into a path is encoded as all other values are (RFC 3986, section 2.3).
  private func path(_ request: RequestRoute) throws(HarnessError) -> RequestText {
    let unreserved = CharacterSet(charactersIn: "-._~").union(CharacterSet(charactersIn: "0"..."9"))
      .union(CharacterSet(charactersIn: "a"..."z")).union(CharacterSet(charactersIn: "A"..."Z"))
    var pieces: [RequestText.Piece] = []
    for piece in request.path.pieces {
      let rendered = try self.piece(piece, of: request)
      if case .environment = piece, case .literal(let value) = rendered {
        pieces.append(.literal(value.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""))
      } else {
        pieces.append(rendered)
      }
    }
    return RequestText(pieces)
  }

  /// A line break in a value would end the header and begin another; what the profile itself says was checked before.
  private func checkHeader(_ name: String, _ value: RequestText, of request: RequestRoute) throws(HarnessError) {
    let isSound = value.pieces.allSatisfy { piece in
      switch piece {
      case .literal(let text): Self.fitsHeader(text)
      case .column(let feed, let column): feeds[feed].rows.allSatisfy { Self.fitsHeader($0[column]) }
      default: true
      }
    }
    guard isSound else {
      throw HarnessError(
        .refused,
        "\(profile.source): the request \(request.name): the header \(name) would hold a line break or another control "
          + "character, from the environment or a data file: remove it there")
    }
  }

  private static func fitsHeader(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F || $0 == "\t" }
  }

  /// RFC 6750 and RFC 7617.
  private func credentials(
    _ authentication: RequestRoute.Authentication, of request: RequestRoute
  ) throws(HarnessError) -> RequestText {
    switch authentication {
    case .bearer(let token): return RequestText("Bearer \(try constant(token, of: request))")
    case .basic(let user, let password):
      let pair = "\(try constant(user, of: request)):\(try constant(password, of: request))"
      return RequestText("Basic \(Data(pair.utf8).base64EncodedString())")
    }
  }

  /// A text of literals and environment variables.
  private func constant(_ template: Template, of request: RequestRoute) throws(HarnessError) -> String {
    var text = ""
    for piece in try self.text(template, of: request).pieces {
      if case .literal(let part) = piece { text += part }
    }
    return text
  }

  private func text(_ template: Template, of request: RequestRoute) throws(HarnessError) -> RequestText {
    var pieces: [RequestText.Piece] = []
    for piece in template.pieces { pieces.append(try self.piece(piece, of: request)) }
    return RequestText(pieces)
  }

  private func piece(_ piece: Template.Piece, of request: RequestRoute) throws(HarnessError) -> RequestText.Piece {
    switch piece {
    case .literal(let text): return .literal(text)
    case .integer(let range): return .integer(in: range)
    case .uuid: return .uuid
    case .sequence: return .sequenceNumber
    case .time(.rfc3339): return .time(.rfc3339)
    case .time(.unix): return .time(.unix)
    case .time(.unixMilliseconds): return .time(.unixMilliseconds)
    case .column(let feed, let column):
      guard let index = profile.data.firstIndex(where: { $0.name == feed }),
        let place = files.tables[feed]?.columns.firstIndex(of: column)
      else {
        throw HarnessError(
          .invalidInput, "\(profile.source): the request \(request.name) reads \(feed).\(column), which is not there")
      }
      return .column(feed: index, column: place)
    case .environment(let name):
      guard let value = environment[name] else {
        throw HarnessError(
          .refused,
          "\(profile.source): the request \(request.name) reads the environment variable \(name), which is not set")
      }
      return .literal(value)
    }
  }
}
