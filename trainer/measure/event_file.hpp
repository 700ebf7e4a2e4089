// TensorBoard's event files, written and read without TensorFlow: TFRecords, each a protocol buffer
// `tensorflow.Event` that holds scalars. No torch here.
//
// A record: length (u64), masked CRC-32C of the length (u32), bytes, masked CRC-32C of the bytes
// (u32), little-endian; masked(c) = rotr(c, 15) + 0xa282ead8. Of Event there are wall_time = 1
// (double), step = 2 (varint), file_version = 3 (text, in the first record), summary = 5; of
// Summary value = 1; of Value tag = 1 (text) and simple_value = 2 (float).
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "trainer/evaluator.hpp"

namespace antigrad::trainer {

/// FOLDER/<trial>/<task>-<seed>/events.out.tfevents.antigrad
std::string event_path(const std::string& folder, const Evaluation& request);

/// Named numbers at a step of a training. Values are kept as float.
struct Event {
  double wall_time = 0;  // seconds since 1970
  std::int64_t step = 0;
  std::vector<std::pair<std::string, double>> values;
};

/// Every event of a file, in its order. What a writer has not finished at the end is left out.
/// Throws space::Error with the offset for a record whose checksum is wrong, and for what is no
/// event file.
std::vector<Event> read_events(const std::string& path);

/// A file that grows by one event a call; each is on its way to the disk when the call returns.
class EventFile {
 public:
  /// Keeps the events up to `step` that are there already, drops what comes after, and goes on
  /// behind them. Makes the folder. Throws space::Error when the file cannot be written.
  EventFile(const std::string& path, std::int64_t step);

  void add(const Event& event);  // throws space::Error

 private:
  void write(const std::string& bytes);

  struct Descriptor {
    int number = -1;
    Descriptor() = default;
    ~Descriptor();
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
  };

  std::string path_;
  Descriptor file_;
};

}  // namespace antigrad::trainer
