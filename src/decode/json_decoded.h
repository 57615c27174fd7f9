// SPDX-License-Identifier: Apache-2.0
// The JSONL of `bartizan decode` read back (model/jsonl.h): one event with the fields, the times and the source that the
// first decoder gave it. Texts are copied into the batch.
#pragma once

#include <simdjson.h>

#include "model/event.h"

namespace bartizan {

// False: the object has another form, and nothing was added.
bool read_decoded_event(const simdjson::dom::object& root, std::uint64_t offset, EventBatch& out);

}  // namespace bartizan
