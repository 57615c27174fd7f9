// SPDX-License-Identifier: Apache-2.0
#include "app/verbs.h"

int main(int count, char** words) {
  const std::vector<std::string> given(words + (count > 0 ? 1 : 0), words + count);
  return bartizan::app::run(given);
}
