// libantigrad_network.so, opened when a command needs the network or a checksum: OpenSSL doubles
// the time in which the program starts.
#include <dlfcn.h>
#include <fmt/format.h>

#include <filesystem>

#include "experiments/app/digest.hpp"
#include "experiments/app/http.hpp"
#include "experiments/app/http_server.hpp"
#include "experiments/app/trainer_library.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

/// Stays open until the process ends.
template <class Function>
Function* entry(const char* name) {
  const std::string path =
      (std::filesystem::path(program_path()).parent_path() / "libantigrad_network.so").string();
  void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  void* address = library == nullptr ? nullptr : ::dlsym(library, name);
  if (address == nullptr)
    throw space::Error(
        fmt::format("cannot open the network library ({}); build antigrad again", ::dlerror()));
  return reinterpret_cast<Function*>(address);
}

}  // namespace

HttpHead http_get(const HttpRequest& request, const WantsBody& head, const TakesBody& body) {
  HttpHead answer;
  entry<decltype(antigrad_http_get)>("antigrad_http_get")(request, head, body, answer);
  return answer;
}

HttpReply http_send(const HttpMessage& message) {
  HttpReply reply;
  entry<decltype(antigrad_http_send)>("antigrad_http_send")(message, reply);
  return reply;
}

void http_serve(const HttpServerOptions& options, const std::vector<HttpRoute>& routes,
                const std::function<void(int port)>& listening, const std::atomic<bool>& stop) {
  entry<decltype(antigrad_http_serve)>("antigrad_http_serve")(options, routes, listening, stop);
}

std::string digest(const std::string& path, Digest kind) {
  std::string text;
  entry<decltype(antigrad_digest)>("antigrad_digest")(path, kind, text);
  return text;
}

}  // namespace antigrad::app
