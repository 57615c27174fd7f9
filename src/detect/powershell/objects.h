// SPDX-License-Identifier: Apache-2.0
// The few .NET objects loaders need: streams, encodings, regular expressions, secure strings, ciphers, and
// PowerShell's own objects. Parts of the evaluator; see evaluate.h.
#pragma once

#include "detect/powershell/evaluate.h"

namespace bartizan::powershell {

Value call_object(Evaluator& evaluator, const Value& self, Object& object, const std::string& name,
                  const Values& arguments, const Node& span);
Value object_member(Evaluator& evaluator, const Value& self, Object& object, const std::string& name);
Value call_type_method(Evaluator& evaluator, const TypeName& type, const std::string& name,
                       const Values& arguments);
Value type_member(Evaluator& evaluator, const TypeName& type, const std::string& name);
// A match list as [regex]::Matches gives it.
Value match_list(Evaluator& evaluator, const Text& text, const Text& pattern, std::u16string_view options,
                 std::size_t most);
Value encoding_object(Evaluator& evaluator, Encoding encoding);

}  // namespace bartizan::powershell
