// SPDX-License-Identifier: Apache-2.0
// The element tree of a record in the two forms that other tools show, so that results can be compared. Both
// are one line unless a value has line breaks. Pure functions, any thread; recursion is as deep as the tree
// (limits::kBinXmlDepthMax).
//
// XML: as Windows renders an event. An array repeats its element; an element or attribute whose optional
// value is NULL is left out; character data is written escaped. What XML cannot hold does not reach it: a
// character it forbids becomes U+FFFD, one that a name cannot have becomes `_`, and of attributes of one name
// the first is kept.
//
// JSON: the nested shape made popular by evtx_dump.
// {"Event":{"#attributes":{…},"System":{…},"EventData":{…}}}; text beside attributes is "#text"; <Data
// Name="x"> is the member x; <Data> without a name is "Data":{"#text":value or [values]}; further elements of
// a name get _1, _2 …; an element with nothing in it is null. Integers, numbers and booleans are such where
// the log has them typed. Processing instructions are left out.
//
// A carved record says so: a comment before the XML, the member "Carved" beside "Event".
#pragma once

#include <string>

#include "decode/decoder.h"
#include "decode/evtx.h"

namespace bartizan {

void append_rendering(const EvtxRecord& record, Rendering form, std::string& out);

// Renders records and hands them over; once nobody wants more it does nothing.
class EvtxRenderer {
 public:
  EvtxRenderer(Rendering form, const TakeRecord& take) : form_(form), take_(take) {}
  void render(const EvtxRecord& record);
  bool going() const { return going_; }

 private:
  Rendering form_;
  const TakeRecord& take_;
  std::string text_;
  bool going_ = true;
};

}  // namespace bartizan
