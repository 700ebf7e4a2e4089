// Reading and writing with deadlines: a client that stops in a body is given up.
#include "experiments/app/network/stream.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>

namespace antigrad::app {
namespace {

using Clock = Connection::Clock;

constexpr std::chrono::seconds kRequestTime{30}, kWriteTime{10};
constexpr std::size_t kSlowest = 65536;  // bytes a second that a client must take

int left(Clock::time_point until) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
  return static_cast<int>(std::max<std::int64_t>(ms.count(), 0));
}

void address_of(int (*ask)(int, sockaddr*, socklen_t*), int socket, std::string& ip, int& port) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  char host[NI_MAXHOST], service[NI_MAXSERV];
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (ask(socket, any, &size) != 0 ||
      ::getnameinfo(any, size, host, sizeof host, service, sizeof service,
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0)
    return;
  ip = host;
  port = std::atoi(service);
}

}  // namespace

ConnectionStream::ConnectionStream(Connection& connection)
    : connection_(connection), until_(Clock::now() + kRequestTime) {}

ConnectionStream::~ConnectionStream() { connection_.received.erase(0, used_); }

bool ConnectionStream::is_readable() const {
  return used_ < connection_.received.size() || connection_.transport->pending() ||
         connection_.transport->wait(POLLIN, left(until_));
}

// False when the other side is gone: who waits for news need not wait on.
bool ConnectionStream::is_writable() const {
  pollfd one{socket(), POLLOUT | POLLRDHUP, 0};
  return ::poll(&one, 1, 0) >= 0 && (one.revents & (POLLRDHUP | POLLHUP | POLLERR)) == 0;
}

ssize_t ConnectionStream::read(char* data, std::size_t size) {
  if (used_ < connection_.received.size()) {
    const std::size_t n = std::min(size, connection_.received.size() - used_);
    connection_.received.copy(data, n, used_);
    used_ += n;
    return static_cast<ssize_t>(n);
  }
  while (true) {
    const ssize_t n = connection_.transport->read(data, size);
    if (n >= 0) return n;
    if (n == Transport::kBroken || !connection_.transport->wait(POLLIN, left(until_))) return -1;
  }
}

// What counts is the time spent waiting for the client, so that a stream may last; a client that
// takes a byte now and then does not hold a worker for long.
ssize_t ConnectionStream::write(const char* data, std::size_t size) {
  while (true) {
    const ssize_t n = connection_.transport->write(data, size);
    if (n >= 0) {
      written_ += static_cast<std::size_t>(n);
      return n;
    }
    const Clock::time_point begin = Clock::now();
    const auto patience = kWriteTime + std::chrono::seconds(written_ / kSlowest) - blocked_;
    if (n == Transport::kBroken || !connection_.transport->wait(POLLOUT, left(begin + patience)))
      return -1;
    blocked_ += Clock::now() - begin;
  }
}

void ConnectionStream::get_remote_ip_and_port(std::string& ip, int& port) const {
  address_of(::getpeername, socket(), ip, port);
}

void ConnectionStream::get_local_ip_and_port(std::string& ip, int& port) const {
  address_of(::getsockname, socket(), ip, port);
}

}  // namespace antigrad::app
