// SPDX-License-Identifier: Apache-2.0
// Descriptor: an open file of the system, closed when its owner goes. A negative number stands for none.
#pragma once

#include <unistd.h>

#include <utility>

namespace bartizan {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }
  // The last chance to hear of an error.
  bool close() { return ::close(std::exchange(number_, -1)) == 0; }

 private:
  int number_;
};

}  // namespace bartizan
