// recv and send; OpenSSL's SSL_read and SSL_write.
#include "experiments/app/network/transport.hpp"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

#include "space/error.hpp"

namespace antigrad::app {
namespace {

ssize_t outcome(ssize_t n) {
  if (n >= 0) return n;
  const bool later = errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
  return later ? Transport::kLater : Transport::kBroken;
}

std::string openssl_reason() {
  char text[256];
  ::ERR_error_string_n(::ERR_get_error(), text, sizeof text);
  return text;
}

class TlsTransport : public Transport {
 public:
  TlsTransport(int socket, SSL* ssl) : Transport(socket), ssl_(ssl) {
    ::SSL_set_fd(ssl_, socket);
    ::SSL_set_accept_state(ssl_);
  }
  ~TlsTransport() override { ::SSL_free(ssl_); }

  ssize_t read(char* data, std::size_t size) override {
    ::ERR_clear_error();
    return told(::SSL_read(ssl_, data, static_cast<int>(std::min<std::size_t>(size, INT_MAX))));
  }
  ssize_t write(const char* data, std::size_t size) override {
    ::ERR_clear_error();
    return told(::SSL_write(ssl_, data, static_cast<int>(std::min<std::size_t>(size, INT_MAX))));
  }
  bool pending() const override { return ::SSL_pending(ssl_) > 0; }

 private:
  ssize_t told(int n) const {
    if (n > 0) return n;
    const int error = ::SSL_get_error(ssl_, n);
    if (error == SSL_ERROR_ZERO_RETURN) return 0;
    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? kLater : kBroken;
  }

  SSL* const ssl_;
};

}  // namespace

Transport::Transport(int socket) : socket_(socket) {
  ::fcntl(socket_, F_SETFL, ::fcntl(socket_, F_GETFL) | O_NONBLOCK);
}

Transport::~Transport() { ::close(socket_); }

ssize_t Transport::read(char* data, std::size_t size) {
  return outcome(::recv(socket_, data, size, 0));
}

ssize_t Transport::write(const char* data, std::size_t size) {
  return outcome(::send(socket_, data, size, MSG_NOSIGNAL));
}

bool Transport::wait(short events, int milliseconds) const {
  pollfd one{socket_, events, 0};
  return ::poll(&one, 1, milliseconds) > 0;
}

struct Tls::Context {
  SSL_CTX* context = nullptr;
  ~Context() { ::SSL_CTX_free(context); }
};

Tls::Tls(const std::string& certificate, const std::string& key)
    : context_(std::make_unique<Context>()) {
  SSL_CTX* const context = context_->context = ::SSL_CTX_new(::TLS_server_method());
  if (context == nullptr) throw space::Error("OpenSSL makes no TLS server: " + openssl_reason());
  ::SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  ::SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  ::SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
  if (::SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1)
    throw space::Error({certificate}, "cannot read the certificate (PEM): " + openssl_reason());
  if (::SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1)
    throw space::Error(
        {key},
        "cannot read the private key (PEM), or it is not the certificate's: " + openssl_reason());
}

Tls::~Tls() = default;

std::unique_ptr<Transport> Tls::transport(int socket) const {
  SSL* const ssl = ::SSL_new(context_->context);
  if (ssl != nullptr) return std::make_unique<TlsTransport>(socket, ssl);
  ::shutdown(socket, SHUT_RDWR);  // no memory: this connection ends, nothing goes in the clear
  return std::make_unique<Transport>(socket);
}

}  // namespace antigrad::app
