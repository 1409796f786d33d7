@main
struct ScaleProof {
  static func main() {}
}
