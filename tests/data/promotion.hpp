// What the promotion of a winner will be, for tests that look at test parts.
#pragma once
#include "trainer/data/sealed.hpp"

namespace antigrad::trainer {

class Promotion {
 public:
  template <class T>
  static T open(const Sealed<T>& sealed) {
    return sealed.open(TestKey());
  }
};

}  // namespace antigrad::trainer
