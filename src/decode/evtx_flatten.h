// SPDX-License-Identifier: Apache-2.0
// From the element tree of a Windows event to the fields of an Event. System: elements by name, attributes as
// Element_Attribute (`Provider_Name`). EventData: by the Name attribute without blanks, else by the element's name.
// UserData and others: leaf elements by name. RenderingInfo, text made from the fields by a collector, is left out.
// Event members come from System only. Pure, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "decode/evtx_binxml.h"
#include "model/draft_event.h"

namespace bartizan::evtx {

// False when the event has more fields than limits::kFieldsPerEventMax; the rest is left out.
bool flatten(const std::vector<Element>& elements, DraftEvent& event);
// The field a Name attribute stands for.
std::string field_name(std::string_view given);

}  // namespace bartizan::evtx
