// SPDX-License-Identifier: Apache-2.0
// Result<T>: the answer of anything the outside world can make fail (disk, memory limits of a container, a missing
// file). Ignoring one is a compiler warning. `TRY(auto x, f())` returns the error to the caller. Values, any thread.
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace bartizan {

struct Error {
  std::string message;  // what failed and what to do, without a final full stop
  std::string where;    // file or place; may be empty

  std::string text() const { return where.empty() ? message : where + ": " + message; }
};

template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
 public:
  using std::expected<T, Error>::expected;
};

inline std::unexpected<Error> fail(std::string message, std::string where = {}) {
  return std::unexpected<Error>(Error{std::move(message), std::move(where)});
}

}  // namespace bartizan

#define BARTIZAN_JOIN2(a, b) a##b
#define BARTIZAN_JOIN(a, b) BARTIZAN_JOIN2(a, b)
#define TRY_AS(name, target, call)                                        \
  auto name = (call);                                                     \
  if (!name.has_value()) return std::unexpected(std::move(name.error())); \
  target = std::move(*name)
#define TRY(target, call) TRY_AS(BARTIZAN_JOIN(try_, __LINE__), target, call)
#define TRY_VOID_AS(name, call) \
  if (auto name = (call); !name.has_value()) return std::unexpected(std::move(name.error()))
#define TRY_VOID(call) TRY_VOID_AS(BARTIZAN_JOIN(try_, __LINE__), call)
