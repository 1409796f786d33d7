/// What to do about an `auth-provider` of a kubeconfig: none of them is spoken here, and most have left kubectl too
/// (Kubernetes 1.26, client-go/plugin/pkg/client/auth).
enum RetiredAuthProvider {
  static func hint(for name: String) -> String {
    switch name {
    case "gcp":
      "install gke-gcloud-auth-plugin and run gcloud container clusters get-credentials CLUSTER, which writes exec in its "
        + "place"
    case "azure":
      "install kubelogin and run kubelogin convert-kubeconfig, which writes exec in its place"
    case "oidc":
      "install the kubectl plugin oidc-login (github.com/int128/kubelogin) and write exec in its place, or a token"
    case "openstack": "install client-keystone-auth and write exec in its place"
    default: "write exec with a credential plugin in its place, or a token"
    }
  }
}
