// The test part of the data, closed to whatever searches: what holds it hands it out for a TestKey
// only, and nothing but the promotion of a winner can make one.
#pragma once
#include <functional>
#include <utility>

namespace antigrad::trainer {

/// The right to read a test part. Only class Promotion makes one, when the winner of a study is
/// measured for the last time; it can be neither copied nor kept. tests/structure/test_part.cmake
/// shows that other code does not compile, and that nobody else calls a class Promotion.
class TestKey {
 public:
  TestKey(const TestKey&) = delete;
  TestKey& operator=(const TestKey&) = delete;

 private:
  TestKey() = default;
  friend class Promotion;
};

/// A value that exists only for who has a TestKey: until then it is not even computed or read.
template <class T>
class Sealed {
 public:
  explicit Sealed(std::function<T()> make) : make_(std::move(make)) {}

  /// Computes or reads it; throws what that throws.
  T open(const TestKey&) const { return make_(); }

  /// What `use` makes of it, when that is opened.
  template <class Use>
  auto then(Use use) const {
    using Result = decltype(use(std::declval<T>()));
    return Sealed<Result>([make = make_, use = std::move(use)] { return use(make()); });
  }

 private:
  std::function<T()> make_;
};

}  // namespace antigrad::trainer
