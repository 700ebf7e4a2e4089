// cpp-httplib's view of a connection: what was received first, then the socket, within a time.
#pragma once
#include <httplib.h>

#include "experiments/app/network/connections.hpp"

namespace antigrad::app {

class ConnectionStream : public httplib::Stream {
 public:
  explicit ConnectionStream(Connection& connection);
  ~ConnectionStream() override;  // what it did not use stays received
  ConnectionStream(const ConnectionStream&) = delete;
  ConnectionStream& operator=(const ConnectionStream&) = delete;

  bool is_readable() const override;
  bool is_writable() const override;
  ssize_t read(char* data, std::size_t size) override;
  ssize_t write(const char* data, std::size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  socket_t socket() const override { return connection_.transport->socket(); }

 private:
  Connection& connection_;
  std::size_t used_ = 0;                       // of what was received
  const Connection::Clock::time_point until_;  // the whole request must be here
  std::size_t written_ = 0;
  Connection::Clock::duration blocked_{};  // waited for the client to take it
};

}  // namespace antigrad::app
