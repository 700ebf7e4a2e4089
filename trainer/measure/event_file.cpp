// The five fields that are needed of protocol buffers, and the records around them.
#include "trainer/measure/event_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>

#include "space/error.hpp"
#include "trainer/measure/crc32c.hpp"

namespace antigrad::trainer {
namespace {

static_assert(std::endian::native == std::endian::little);

enum Wire { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

template <class Value>
std::string raw(Value value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
  return bytes + static_cast<char>(value);
}

std::string key(int field, Wire wire) { return varint(static_cast<unsigned>(field << 3 | wire)); }

std::string bytes_field(int field, const std::string& bytes) {
  return key(field, kBytes) + varint(bytes.size()) + bytes;
}

std::string message_of(const Event& event) {
  std::string summary;
  for (const auto& [tag, value] : event.values)
    summary +=
        bytes_field(1, bytes_field(1, tag) + key(2, kFixed32) + raw(static_cast<float>(value)));
  return key(1, kFixed64) + raw(event.wall_time) + key(2, kVarint) +
         varint(static_cast<std::uint64_t>(event.step)) + bytes_field(5, summary);
}

std::string version_message() {
  return key(1, kFixed64) + raw(0.0) + bytes_field(3, "brain.Event:2");
}

std::uint32_t masked(std::string_view bytes) { return std::rotr(crc32c(bytes), 15) + 0xa282ead8U; }

std::string record_of(const std::string& message) {
  const std::string length = raw(static_cast<std::uint64_t>(message.size()));
  return length + raw(masked(length)) + message + raw(masked(message));
}

/// Fields of a message, one after another; a message that ends too early throws.
class Fields {
 public:
  explicit Fields(std::string_view message) : bytes_(message) {}

  bool next() {
    if (bytes_.empty()) return false;
    const std::uint64_t key = varint();
    field = static_cast<int>(key >> 3);
    number = 0;
    bytes = {};
    switch (key & 7) {
      case kVarint: number = varint(); break;
      case kFixed64: bytes = take(8); break;
      case kBytes: bytes = take(varint()); break;
      case kFixed32: bytes = take(4); break;
      default: throw space::Error("is not a protocol buffer");
    }
    return true;
  }
  template <class Value>
  Value value() const {
    Value value{};
    std::memcpy(&value, bytes.data(), std::min(sizeof value, bytes.size()));
    return value;
  }

  int field = 0;
  std::uint64_t number = 0;
  std::string_view bytes;

 private:
  std::string_view take(std::uint64_t size) {
    if (size > bytes_.size()) throw space::Error("is a protocol buffer that ends too early");
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(take(1)[0]);
      value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
      if (byte < 0x80) break;
    }
    return value;
  }

  std::string_view bytes_;
};

std::pair<std::string, double> value_of(std::string_view message) {
  std::pair<std::string, double> named;
  for (Fields fields(message); fields.next();) {
    if (fields.field == 1) named.first = fields.bytes;
    if (fields.field == 2) named.second = static_cast<double>(fields.value<float>());
  }
  return named;
}

Event event_of(std::string_view message) {
  Event event;
  for (Fields fields(message); fields.next();) {
    if (fields.field == 1) event.wall_time = fields.value<double>();
    if (fields.field == 2) event.step = static_cast<std::int64_t>(fields.number);
    if (fields.field != 5) continue;
    for (Fields summary(fields.bytes); summary.next();)
      if (summary.field == 1) event.values.push_back(value_of(summary.bytes));
  }
  return event;
}

/// The message of the record at the front; nothing where the rest is not a whole record.
std::optional<std::string_view> message_at(std::string_view bytes) {
  constexpr std::size_t kLength = 8, kSum = 4, kAround = kLength + 2 * kSum;
  if (bytes.size() < kAround) return std::nullopt;
  std::uint64_t length = 0;
  std::uint32_t sum = 0;
  std::memcpy(&length, bytes.data(), kLength);
  std::memcpy(&sum, bytes.data() + kLength, kSum);
  if (sum != masked(bytes.substr(0, kLength)))
    throw space::Error("a record's length has a wrong checksum; is it an event file?");
  if (length > bytes.size() - kAround) return std::nullopt;
  const std::string_view message = bytes.substr(kLength + kSum, length);
  std::memcpy(&sum, message.data() + length, kSum);
  if (sum != masked(message)) throw space::Error("a record has a wrong checksum");
  return message;
}

struct Place {
  Event event;
  std::size_t end;  // of its record
};

std::vector<Place> read_places(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw space::Error({path}, "cannot read the event file");
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  std::vector<Place> places;
  std::size_t at = 0;
  try {
    while (const auto message = message_at(std::string_view(bytes).substr(at))) {
      at = static_cast<std::size_t>(message->data() - bytes.data()) + message->size() + 4;
      places.push_back({event_of(*message), at});
    }
  } catch (const space::Error& error) {
    throw space::Error({path}, fmt::format("offset {}: {}", at, error.message()));
  }
  return places;
}

/// Bytes of the events up to a step, the version in front included.
std::size_t kept_bytes(const std::string& path, std::int64_t step) {
  if (!std::filesystem::exists(path)) return 0;
  std::size_t end = 0;
  for (const Place& place : read_places(path)) {
    if (place.event.step > step) break;
    end = place.end;
  }
  return end;
}

[[noreturn]] void cannot_write(const std::string& path) {
  const int reason = errno;
  throw space::Error({path}, fmt::format("cannot write the event file: {}", std::strerror(reason)));
}

}  // namespace

std::string event_path(const std::string& folder, const Evaluation& request) {
  return fmt::format("{}/{}/{}-{}/events.out.tfevents.antigrad", folder, request.trial,
                     request.task, request.seed);
}

std::vector<Event> read_events(const std::string& path) {
  std::vector<Event> events;
  for (Place& place : read_places(path))
    if (!place.event.values.empty()) events.push_back(std::move(place.event));
  return events;
}

EventFile::EventFile(const std::string& path, std::int64_t step) : path_(path) {
  std::error_code failed;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), failed);
  const std::size_t kept = step > 0 ? kept_bytes(path, step) : 0;
  file_.number = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (file_.number < 0 || ::ftruncate(file_.number, static_cast<off_t>(kept)) != 0)
    cannot_write(path);
  if (kept == 0) write(record_of(version_message()));
}

EventFile::Descriptor::~Descriptor() {
  if (number >= 0) ::close(number);
}

void EventFile::add(const Event& event) { write(record_of(message_of(event))); }

void EventFile::write(const std::string& bytes) {
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t n = ::write(file_.number, bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) cannot_write(path_);
    done += static_cast<std::size_t>(n);
  }
}

}  // namespace antigrad::trainer
