// Connections that cost a thread only while a request is answered.
//
// One thread collects the heads of requests from all connections; a head that is whole goes to a
// worker. So neither idle clients nor slow ones hold a worker, and a head is as long as we say,
// which cpp-httplib 0.11 does not limit. When there are too many connections, the one that has been
// idle longest makes room.
#pragma once
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "experiments/app/network/transport.hpp"

namespace antigrad::app {

struct Connection {
  using Clock = std::chrono::steady_clock;

  std::unique_ptr<Transport> transport;
  std::string received{};                  // of the next request, read and not yet used
  Clock::time_point since = Clock::now();  // when it fell idle, or the request's first byte came
};

struct ConnectionLimits {
  std::size_t connections = 512;
  std::size_t head = 16384;            // bytes of a request's head
  std::chrono::seconds head_time{10};  // from its first byte to its last
  std::chrono::seconds idle{75};       // between requests
  int workers = 64;
};

class Connections {
 public:
  /// Answers the request that begins in `received`; whether the connection stays open.
  using Answer = std::function<bool(Connection&)>;

  Connections(ConnectionLimits limits, Answer answer);
  ~Connections();

  /// Takes a connection over.
  void add(std::unique_ptr<Transport> transport);
  /// Ends when the requests that are being answered are answered.
  void shut_down();

 private:
  using Held = std::unique_ptr<Connection>;
  enum class Head { partial, whole, broken };

  void collect();
  void poll_once();
  void take_new();
  Head read_head(Connection& connection) const;
  bool too_old(const Connection& connection, Connection::Clock::time_point now) const;
  void make_room();
  void hand_over(Held connection);
  void work();
  void wake() const;

  const ConnectionLimits limits_;
  const Answer answer_;
  int wake_[2];  // a pipe: the collector sleeps in poll

  std::mutex mutex_;  // these
  std::condition_variable ready_changed_;
  std::vector<Held> new_;
  std::deque<Held> ready_;
  bool ending_ = false;

  std::list<Held> idle_;  // the collector's
  std::thread collector_;
  std::vector<std::thread> workers_;
};

}  // namespace antigrad::app
