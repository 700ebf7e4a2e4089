// One poll over all idle connections; a queue to the workers.
#include "experiments/app/network/connections.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "space/ball_constants.hpp"

namespace antigrad::app {
namespace {

constexpr int kTick = 250;  // ms between looks for what is too old
constexpr const char* kTooLong =
    "HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: "
    "0\r\n\r\n";

}  // namespace

Connections::Connections(ConnectionLimits limits, Answer answer)
    : limits_(limits), answer_(std::move(answer)) {
  if (::pipe2(wake_, O_CLOEXEC | O_NONBLOCK) != 0)
    throw std::system_error(errno, std::generic_category(), "pipe");
  collector_ = std::thread([this] { collect(); });
  for (int i = 0; i < limits_.workers; ++i)
    workers_.emplace_back([this] {
      work();
      space::free_ball_constants();  // an answer may have proved something
    });
}

Connections::~Connections() {
  shut_down();
  for (const int end : wake_) ::close(end);
}

void Connections::wake() const {
  const char byte = 0;
  if (::write(wake_[1], &byte, 1) < 0) return;  // full: it wakes anyway
}

void Connections::add(std::unique_ptr<Transport> transport) {
  {
    const std::lock_guard lock(mutex_);
    new_.push_back(std::make_unique<Connection>(Connection{std::move(transport)}));
  }
  wake();
}

void Connections::shut_down() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  ready_changed_.notify_all();
  wake();
  if (collector_.joinable()) collector_.join();
  for (std::thread& worker : workers_)
    if (worker.joinable()) worker.join();
  idle_.clear();
  new_.clear();
  ready_.clear();
}

// Reads what is there; the head is whole at its blank line.
Connections::Head Connections::read_head(Connection& connection) const {
  char piece[4096];
  while (true) {
    const std::size_t end = connection.received.find("\r\n\r\n");
    if (end <= limits_.head) return Head::whole;
    if (connection.received.size() > limits_.head) {
      connection.transport->write(kTooLong, std::char_traits<char>::length(kTooLong));
      return Head::broken;
    }
    const ssize_t n = connection.transport->read(piece, sizeof piece);
    if (n == Transport::kLater) return Head::partial;
    if (n <= 0) return Head::broken;
    if (connection.received.empty()) connection.since = Connection::Clock::now();
    connection.received.append(piece, static_cast<std::size_t>(n));
  }
}

bool Connections::too_old(const Connection& connection, Connection::Clock::time_point now) const {
  const std::chrono::seconds most = connection.received.empty() ? limits_.idle : limits_.head_time;
  return now - connection.since > most;
}

// The oldest goes; one that has begun a request before one that is silent would be no better.
void Connections::make_room() {
  while (idle_.size() > limits_.connections) {
    idle_.erase(std::min_element(idle_.begin(), idle_.end(),
                                 [](const Held& a, const Held& b) { return a->since < b->since; }));
  }
}

void Connections::hand_over(Held connection) {
  {
    const std::lock_guard lock(mutex_);
    ready_.push_back(std::move(connection));
  }
  ready_changed_.notify_one();
}

void Connections::take_new() {
  char bytes[64];
  while (::read(wake_[0], bytes, sizeof bytes) > 0) continue;
  const std::lock_guard lock(mutex_);
  for (Held& connection : new_) idle_.push_back(std::move(connection));
  new_.clear();
}

void Connections::poll_once() {
  std::vector<pollfd> waits{{wake_[0], POLLIN, 0}};
  for (const Held& connection : idle_)
    waits.push_back({connection->transport->socket(), POLLIN, 0});
  ::poll(waits.data(), waits.size(), kTick);
  const auto now = Connection::Clock::now();
  std::size_t i = 1;
  for (auto at = idle_.begin(); at != idle_.end();) {
    Head head = waits[i++].revents != 0 ? read_head(**at) : Head::partial;
    if (head == Head::partial && too_old(**at, now)) head = Head::broken;
    if (head == Head::whole) hand_over(std::move(*at));
    at = head == Head::partial ? std::next(at) : idle_.erase(at);
  }
  if (waits[0].revents == 0) return;
  const std::size_t known = idle_.size();
  take_new();
  // What came with them, or was left from the request before, is there already.
  for (auto at = std::next(idle_.begin(), static_cast<std::ptrdiff_t>(known)); at != idle_.end();) {
    const Head head = read_head(**at);
    if (head == Head::whole) hand_over(std::move(*at));
    at = head == Head::partial ? std::next(at) : idle_.erase(at);
  }
  make_room();
}

void Connections::collect() {
  while (true) {
    {
      const std::lock_guard lock(mutex_);
      if (ending_) return;
    }
    poll_once();
  }
}

void Connections::work() {
  while (true) {
    Held connection;
    {
      std::unique_lock lock(mutex_);
      ready_changed_.wait(lock, [&] { return ending_ || !ready_.empty(); });
      if (ready_.empty()) return;
      connection = std::move(ready_.front());
      ready_.pop_front();
    }
    if (!answer_(*connection)) continue;
    connection->since = Connection::Clock::now();
    {
      const std::lock_guard lock(mutex_);
      new_.push_back(std::move(connection));
    }
    wake();
  }
}

}  // namespace antigrad::app
