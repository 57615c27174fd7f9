// SPDX-License-Identifier: Apache-2.0
#include "detect/powershell/commandline.h"

#include <gtest/gtest.h>

namespace bartizan::powershell {
namespace {

std::string script_of(std::string_view line) {
  std::vector<Peeled> found = peel(line);
  return found.empty() ? "?" : found[0].text;
}

constexpr const char* kOk = "Write-Host ok";

TEST(Peel, EverySpellingOfTheEncodedSwitch) {
  for (const char* name :
       {"-e", "-E", "-en", "-enc", "-EncodedCommand", "/e", "--enc", "-ec", "\u2013enc", "\u2015e"})
    EXPECT_EQ(
        script_of(std::string("powershell -nop -w hidden ") + name + " VwByAGkAdABlAC0ASABvAHMAdAAgAG8AawA="),
        kOk)
        << name;
  EXPECT_EQ(script_of("powershell.exe -ep bypass -e \"VwByAGkAdABlAC0ASABvAHMAdAAgAG8AawA=\""), kOk);
  EXPECT_EQ(script_of("powershell -e VwByAGkAdABlAC0ASABvAHMAdAAgAG8AawA"), kOk);  // padding lost
}

TEST(Peel, CommandSwitchAndItsAbsence) {
  for (const char* line :
       {"powershell -c Write-Host ok", "powershell \"Write-Host ok\"",
        "powershell -NoP -NonI -W Hidden -Command \"Write-Host ok\"",
        "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe /c Write-Host ok",
        "pwsh -co Write-Host ok",
        "\"C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe\" -exec bypass Write-Host ok"})
    EXPECT_EQ(script_of(line), kOk) << line;
  EXPECT_EQ(script_of("powershell -File x.ps1"), "?");
  EXPECT_EQ(script_of("notepad x.txt"), "?");
}

TEST(Peel, QuotesAsTheRuntimeReadsThem) {
  EXPECT_EQ(script_of("powershell -c \"\\\"a b\\\"\""), "\"a b\"");
  EXPECT_EQ(script_of("powershell -c 'a  b'   c"), "'a b' c");
}

TEST(Peel, CmdLines) {
  for (const char* line :
       {"cmd /c powershell -c Write-Host ok", "cmd.exe /c \"powershell -c Write-Host ok\"",
        "cmd /c p^ower^shell -c Wri^te-Host ok", "cmd /c set x=power&& call %x%shell -c Write-Host ok",
        "cmd /v:on /c \"set x=Write-Host ok&& powershell -c !x!\"", "cmd /c echo Write-Host ok|powershell -",
        "cmd /c echo Write-Host ok | powershell -noprofile -command -",
        "%COMSPEC% /c powershell Write-Host ok",
        "cmd /c %ProgramFiles:~3,1%owershell x & powershell -c Write-Host ok",
        "cmd /c start /b powershell -c Write-Host ok",
        "cmd /c for /f %i in ('x') do powershell -c Write-Host ok"}) {
    std::string last = peel(line).empty() ? "?" : peel(line).back().text;
    while (last.ends_with(' ')) last.pop_back();
    EXPECT_EQ(last, kOk) << line;
  }
}

TEST(Peel, ProgramsThatStartOthers) {
  for (const char* line :
       {"wmic process call create \"powershell -c Write-Host ok\"",
        "rundll32 zipfldr.dll,RouteTheCall powershell -c Write-Host ok",
        "mshta vbscript:CreateObject(\"WScript.Shell\").Run(\"powershell -c Write-Host ok\",0)(window.close)",
        "schtasks /create /tn x /sc daily /tr \"powershell -c Write-Host ok\"",
        "sc create x binPath= \"powershell -c Write-Host ok\"", "conhost powershell -c Write-Host ok"})
    EXPECT_EQ(script_of(line), kOk) << line;
}

TEST(Peel, WhatAScriptFindsAroundIt) {
  auto innermost = [](std::string_view line) { return peel_command_line(line).layers.back().text; };
  EXPECT_EQ(innermost("cmd /c \"set v=Write-Host ok&& powershell iex $env:v\""), kOk);
  EXPECT_EQ(innermost("cmd /c \"echo Write-Host ok|powershell -c iex $input\""), kOk);
  EXPECT_EQ(innermost("cmd /c \"echo Write-Host ok|clip&& powershell iex ([Windows.Clipboard]::GetText())\""),
            kOk);
}

TEST(Peel, EveryCutEnds) {
  std::string line = "cmd /c \"set x=%COMSPEC:~0,3%&& call echo ^a|clip & powershell -e VwA= \\\"\"";
  for (std::size_t size = 0; size <= line.size(); ++size)
    peel_command_line(std::string_view(line).substr(0, size));
  std::string nested;
  for (int i = 0; i < 200; ++i) nested += "cmd /c ";
  peel_command_line(nested + "powershell x");
}

}  // namespace
}  // namespace bartizan::powershell
