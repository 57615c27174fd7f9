// SPDX-License-Identifier: Apache-2.0
#include "engine/script_texts.h"

#include <gtest/gtest.h>

namespace bartizan {
namespace {

std::vector<std::string> texts(ScriptShape shape, std::string_view value) {
  std::vector<ScriptText> found;
  append_script_texts(shape, value, found);
  std::vector<std::string> out;
  for (const ScriptText& text : found)
    out.push_back((text.is_command_line ? "line " : "script ") + text.text);
  return out;
}

using Texts = std::vector<std::string>;

TEST(ScriptTexts, HostApplicationStandsBetweenItsNames) {
  EXPECT_EQ(
      texts(ScriptShape::kHost,
            "\tHostName=ConsoleHost\r\n\tHostApplication=powershell -c a\r\nb\r\n\tEngineVersion=5.1\r\n"),
      Texts{"line powershell -c a\r\nb"});
  EXPECT_EQ(texts(ScriptShape::kHost, "  Host Application = pwsh -c x\n  Engine Version = 7"),
            Texts{"line pwsh -c x"});
  EXPECT_EQ(texts(ScriptShape::kHost, "HostApplication="), Texts{});
  EXPECT_EQ(texts(ScriptShape::kHost, "HostApplication=C:\\app.exe"), Texts{});
}

TEST(ScriptTexts, BindingsGiveTheirValues) {
  EXPECT_EQ(
      texts(
          ScriptShape::kBindings,
          "CommandInvocation(Invoke-Expression): \"Invoke-Expression\"\nParameterBinding(Invoke-Expression): "
          "name=\"Command\"; value=\"'a'+\"b\"\"\nParameterBinding(Out-Null): name=\"InputObject\"; "
          "value=\"plain\""),
      Texts{"script 'a'+\"b\""});
  EXPECT_EQ(texts(ScriptShape::kBindings, "ParameterBinding(x): value=\""), Texts{});
  EXPECT_EQ(texts(ScriptShape::kBindings, "ParameterBinding(ParameterBinding("), Texts{});
}

TEST(ScriptTexts, TasksJoinCommandAndArguments) {
  EXPECT_EQ(texts(ScriptShape::kTask,
                  "<Exec><Command>powershell</Command><Arguments>-c &quot;a &amp; b&quot;</Arguments></Exec>"
                  "<Exec><Command>pwsh</Command></Exec><Exec><Command>notepad</Command></Exec>"),
            (Texts{"line powershell -c \"a & b\"", "line pwsh "}));
  EXPECT_EQ(texts(ScriptShape::kTask, "<Command>powershell"), Texts{});
}

TEST(ScriptTexts, PlainTextsHideNothing) {
  for (const char* text : {"", "Get-Process | Sort-Object CPU", "$x = 5\nWrite-Host \"done: $x\"", "prompt"})
    EXPECT_FALSE(may_hide_script(text, false)) << text;
  for (const char* text :
       {"Wr`ite-Host", "'a'+'b'", "iEx $x", "[ChAr]65", "& ('x')", "$('a')", "'{0}' -f 'a'", "-JOIN $x"})
    EXPECT_TRUE(may_hide_script(text, false)) << text;
  EXPECT_TRUE(may_hide_script(std::string(100, 'A'), false));
  for (const char* text : {"", "notepad.exe C:\\a.txt", "cmd /c dir", "100 %"})
    EXPECT_FALSE(may_hide_script(text, true)) << text;
  for (const char* text :
       {"PowerShell -c x", "cmd /c p^o", "cmd /c \"set a=pow&&set b=ershell&&call %a%%b%\"", "pwsh"})
    EXPECT_TRUE(may_hide_script(text, true)) << text;
}

TEST(ScriptTexts, EveryCutIsRead) {
  const std::string whole =
      "<Exec><Command>powershell</Command><Arguments>-c &quot;a&quot;</Arguments></Exec>ParameterBinding(x): "
      "name=\"a\"; value=\"'a'+'b'\"\nHostApplication=powershell -c a\nEngineVersion=";
  for (std::size_t cut = 0; cut <= whole.size(); ++cut)
    for (const ScriptShape shape : {ScriptShape::kScript, ScriptShape::kCommandLine, ScriptShape::kHost,
                                    ScriptShape::kBindings, ScriptShape::kTask, ScriptShape::kRegistry}) {
      std::vector<ScriptText> found;
      append_script_texts(shape, std::string_view(whole).substr(0, cut), found);
      for (const ScriptText& text : found) {
        EXPECT_LE(text.begin, text.end);
        EXPECT_LE(text.end, cut);
      }
    }
}

TEST(ScriptTexts, FieldsFollowTheTables) {
  LogsourceTable table;
  std::vector<Diagnostic> diagnostics;
  table.load(
      "- logsource: {product: windows, category: process_creation}\n  sources:\n    - name: Other sensor\n"
      "      channel: [Sensor]\n      event_id: [7]\n      fields: {CommandLine: process.line}\n",
      "t.yml", diagnostics);
  const auto fields = script_fields_of({"Sensor", "", 7, "", "", "", true}, table);
  ASSERT_EQ(fields.size(), 1u);
  EXPECT_EQ(fields[0].name, "process.line");
  EXPECT_EQ(script_fields_of({"System", "", 7045, "", "", "", true}, table).size(), 1u);
  EXPECT_TRUE(script_fields_of({"System", "", 7046, "", "", "", true}, table).empty());
}

}  // namespace
}  // namespace bartizan
