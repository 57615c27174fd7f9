// SPDX-License-Identifier: Apache-2.0
// The message that a JSON record carries: journald's MESSAGE, or the line of a container (`log`, `message`). It is read as the
// same message in syslog is, and the event declares the log source of the program that wrote it. One thread.
#pragma once

#include "model/event.h"
#include "model/oddity.h"

namespace bartizan {

// Adds to the draft, which has all fields of the record. True: the message is an audit record, whose events are in `batch`
// in place of the draft.
bool read_carried_message(EventBatch& batch, OddityList& oddities);

}  // namespace bartizan
