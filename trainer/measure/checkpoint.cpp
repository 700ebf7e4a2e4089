// Entries into a text and back; the file around them.
#include "trainer/measure/checkpoint.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>

#include "space/error.hpp"
#include "trainer/measure/crc32c.hpp"
#include "trainer/measure/state.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;

static_assert(std::endian::native == std::endian::little);

constexpr std::string_view kMagic = "antigrad run\n";
constexpr std::uint32_t kVersion = 2;

enum class Kind : std::uint8_t { whole_number = 1, number, text, tensor };

const char* to_string(Kind kind) {
  switch (kind) {
    case Kind::whole_number: return "whole number";
    case Kind::number: return "number";
    case Kind::text: return "text";
    case Kind::tensor: return "tensor";
  }
  return "unknown kind";
}

std::span<const std::int64_t> span_of(at::IntArrayRef values) {
  return {values.data(), values.size()};
}

/// A tensor whose bytes, in the order of memory, are its elements and nothing else.
Tensor dense(const Tensor& tensor) {
  return tensor.is_non_overlapping_and_dense() ? tensor : tensor.contiguous();
}

class Writer : public State {
 public:
  bool reading() const override { return false; }
  void number(std::string_view name, std::int64_t& value) override {
    begin(Kind::whole_number, name);
    put(value);
  }
  void number(std::string_view name, double& value) override {
    begin(Kind::number, name);
    put(value);
  }
  void text(std::string_view name, std::string& value) override {
    begin(Kind::text, name);
    put_text(value);
  }
  void tensor(std::string_view name, Tensor& value) override {
    begin(Kind::tensor, name);
    put(static_cast<std::int8_t>(value.defined() ? value.scalar_type()
                                                 : at::ScalarType::Undefined));
    if (!value.defined()) return;
    const Tensor held = dense(value.detach()).cpu();
    put(static_cast<std::uint8_t>(held.dim()));
    for (const std::int64_t size : span_of(held.sizes())) put(size);
    for (const std::int64_t stride : span_of(held.strides())) put(stride);
    bytes.append(static_cast<const char*>(held.const_data_ptr()), held.nbytes());
  }
  using State::number;

  template <class Value>
  void put(Value value) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  std::string bytes;

 private:
  void begin(Kind kind, std::string_view name) {
    put(kind);
    put_text(name);
  }
  void put_text(std::string_view text) {
    put(static_cast<std::uint64_t>(text.size()));
    bytes += text;
  }
};

class Reader : public State {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  bool reading() const override { return true; }
  void number(std::string_view name, std::int64_t& value) override {
    begin(Kind::whole_number, name);
    value = get<std::int64_t>();
  }
  void number(std::string_view name, double& value) override {
    begin(Kind::number, name);
    value = get<double>();
  }
  void text(std::string_view name, std::string& value) override {
    begin(Kind::text, name);
    value = get_text();
  }
  void tensor(std::string_view name, Tensor& value) override {
    begin(Kind::tensor, name);
    const Tensor held = get_tensor();
    if (!value.defined()) {
      value = held;
      return;
    }
    if (!held.defined() || held.sizes() != value.sizes() ||
        held.scalar_type() != value.scalar_type())
      throw space::Error(fmt::format("the tensor \"{}\" has another shape or type", name));
    const at::NoGradGuard no_grad;
    value.copy_(held);
  }
  using State::number;

  bool at_end() const { return bytes_.empty(); }

 private:
  std::string_view take(std::size_t size) {
    if (size > bytes_.size()) throw space::Error("the last entry is cut short");
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }
  template <class Value>
  Value get() {
    Value value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  std::string get_text() { return std::string(take(get<std::uint64_t>())); }
  void begin(Kind kind, std::string_view name) {
    const Kind got = get<Kind>();
    const std::string text = get_text();
    if (got != kind || text != name)
      throw space::Error(fmt::format("holds the {} \"{}\" where the {} \"{}\" is expected",
                                     to_string(got), text, to_string(kind), name));
  }
  Tensor get_tensor() {
    const auto type = static_cast<at::ScalarType>(get<std::int8_t>());
    if (type == at::ScalarType::Undefined) return {};
    std::vector<std::int64_t> sizes(get<std::uint8_t>()), strides(sizes.size());
    for (std::int64_t& size : sizes) size = get<std::int64_t>();
    for (std::int64_t& stride : strides) stride = get<std::int64_t>();
    Tensor tensor = at::empty_strided(sizes, strides, type);
    std::memcpy(tensor.mutable_data_ptr(), take(tensor.nbytes()).data(), tensor.nbytes());
    return tensor;
  }

  std::string_view bytes_;
};

[[noreturn]] void cannot_write(const std::string& path) {
  const int reason = errno;
  throw space::Error({path}, fmt::format("cannot write the checkpoint: {}; free space or choose "
                                         "another folder",
                                         std::strerror(reason)));
}

/// On the disk when this returns, so that the name never stands for less.
void write_whole(const std::string& path, const std::string& bytes) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file < 0) cannot_write(path);
  bool fine = true;
  for (std::size_t done = 0; fine && done < bytes.size();) {
    const ssize_t n = ::write(file, bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    fine = n > 0;
    done += fine ? static_cast<std::size_t>(n) : 0;
  }
  fine = fine && ::fsync(file) == 0;
  const int reason = errno;
  ::close(file);
  errno = reason;
  if (!fine) {
    ::unlink(path.c_str());
    errno = reason;
    cannot_write(path);
  }
}

/// The entries, after everything around them has been checked.
std::string_view entries_of(std::string_view file) {
  std::uint32_t version = 0, crc = 0;
  const std::size_t head = kMagic.size() + sizeof version;
  if (!file.starts_with(kMagic) || file.size() < head + sizeof crc)
    throw space::Error("is not a checkpoint of a run");
  std::memcpy(&version, file.data() + kMagic.size(), sizeof version);
  if (version != kVersion)
    throw space::Error(
        fmt::format("is in version {} of the format, expected {}: it is of another "
                    "build of antigrad",
                    version, kVersion));
  const std::string_view summed = file.substr(0, file.size() - sizeof crc);
  std::memcpy(&crc, file.data() + summed.size(), sizeof crc);
  if (crc != crc32c(summed))
    throw space::Error("its checksum is wrong: it is cut short or damaged");
  return summed.substr(head);
}

}  // namespace

void save_checkpoint(Run& run, const std::string& path) {
  Writer writer;
  writer.bytes = kMagic;
  writer.put(kVersion);
  run.visit(writer);
  writer.put(crc32c(writer.bytes));
  const std::string fresh = fmt::format("{}.{}.part", path, ::getpid());
  write_whole(fresh, writer.bytes);
  if (std::rename(fresh.c_str(), path.c_str()) != 0) cannot_write(path);
}

void load_checkpoint(Run& run, const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw space::Error({path}, "cannot read the checkpoint");
  const std::string file{std::istreambuf_iterator<char>(in), {}};
  try {
    Reader reader(entries_of(file));
    run.visit(reader);
    if (!reader.at_end()) throw space::Error("holds more entries than a run has");
  } catch (const space::Error& error) {
    throw space::Error({path}, error.message());
  }
}

}  // namespace antigrad::trainer
