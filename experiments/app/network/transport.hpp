// Bytes over a socket that does not block, plain or through TLS.
#pragma once
#include <sys/types.h>

#include <cstddef>
#include <memory>
#include <string>

namespace antigrad::app {

class Transport {
 public:
  static constexpr ssize_t kLater = -1, kBroken = -2;

  /// Owns the socket.
  explicit Transport(int socket);
  virtual ~Transport();
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  /// How many bytes; 0: the other side has ended; kLater: none now; kBroken.
  virtual ssize_t read(char* data, std::size_t size);
  virtual ssize_t write(const char* data, std::size_t size);
  /// Whether bytes wait here that the socket no longer has.
  virtual bool pending() const { return false; }

  int socket() const { return socket_; }
  /// Waits for one of poll's events; false when `milliseconds` are over.
  bool wait(short events, int milliseconds) const;

 private:
  const int socket_;
};

/// A certificate with its key, for any number of connections.
class Tls {
 public:
  /// PEM files. Throws space::Error naming the file.
  Tls(const std::string& certificate, const std::string& key);
  ~Tls();
  Tls(const Tls&) = delete;
  Tls& operator=(const Tls&) = delete;

  /// The handshake happens in the first reads.
  std::unique_ptr<Transport> transport(int socket) const;

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace antigrad::app
