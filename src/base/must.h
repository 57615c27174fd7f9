// SPDX-License-Identifier: Apache-2.0
// MUST(condition): a claim about our own code. It stays on in release and ends the process with the place and text of
// the claim. It may never depend on input: bad input is an Oddity (model/oddity.h), a failing world a Result (result.h).
#pragma once

namespace bartizan {

[[noreturn]] void must_failed(const char* claim, const char* file, int line);

}  // namespace bartizan

#define MUST(claim) ((claim) ? void(0) : ::bartizan::must_failed(#claim, __FILE__, __LINE__))
