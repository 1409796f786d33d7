import Foundation

/// Why a file could not be written, in the words of the system.
enum FileProblem {
  /// `No space left on device`, where Foundation has sentences about files and folders of which users know already.
  static func reason(of error: any Error) -> String {
    var error = error as NSError
    while error.domain != NSPOSIXErrorDomain, let cause = error.userInfo[NSUnderlyingErrorKey] as? any Error {
      error = cause as NSError
    }
    guard error.domain == NSPOSIXErrorDomain, let code = Int32(exactly: error.code) else {
      return error.localizedDescription
    }
    return String(cString: strerror(code))
  }
}
