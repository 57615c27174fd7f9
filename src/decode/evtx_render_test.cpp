// SPDX-License-Identifier: Apache-2.0
#include "decode/evtx_render.h"

#include <gtest/gtest.h>

#include "decode/evtx_test_writer.h"

namespace bartizan {
namespace {

// The records of a chunk, one a line.
std::string rendered(const Buffer& chunk, Rendering form) {
  OddityList oddities;
  std::string all;
  for_each_evtx_record(chunk, kEvtxHeaderBytes, false, oddities, [&](const EvtxRecord& record) {
    append_rendering(record, form, all);
    all += '\n';
  });
  for (const Oddity& oddity : oddities.kept) all += "oddity: " + oddity.what + '\n';
  return all;
}

void write_record(ChunkWriter& chunk, const std::function<void()>& content) {
  chunk.begin_record(1), chunk.open("Event"), content(), chunk.close(), chunk.end_record();
}

TEST(EvtxRender, WritesTextOfEveryKind) {
  ChunkWriter chunk;
  write_record(chunk, [&] {
    chunk.instruction("page", "a?>b");
    chunk.open("Mixed"), chunk.text("one "), chunk.leaf("In", "2"), chunk.text(" three"), chunk.close();
    chunk.open("UserData"), chunk.open("All"), chunk.character_data("<x & \"y\">"), chunk.character(0xe9),
        chunk.entity("amp"), chunk.entity("lt"), chunk.entity("nbsp"), chunk.text("\x01\r\n"), chunk.close(),
        chunk.close();
  });
  EXPECT_EQ(rendered(chunk.finish(), Rendering::kXml),
            "<Event><?page a?&gt;b?><Mixed>one <In>2</In> three</Mixed>"
            "<UserData><All>&lt;x &amp; "
            "\"y\"&gt;\xc3\xa9&amp;&lt;&amp;nbsp;\xef\xbf\xbd&#13;\n</All></UserData></Event>\n");
  EXPECT_EQ(rendered(chunk.finish(), Rendering::kJson),
            "{\"Event\":{\"Mixed\":{\"In\":\"2\",\"#text\":\"one  three\"},"
            "\"UserData\":{\"All\":\"<x & \\\"y\\\">\xc3\xa9&<&nbsp;\\u0001\\r\\n\"}}}\n");
  const DecodedChunk decoded = decode_chunk(chunk.finish());
  ASSERT_EQ(decoded.events.size(), 1u);
  EXPECT_EQ(fields_text(decoded.events[0]), "In=2;All=<x & \"y\">\xc3\xa9&<&nbsp;\x01\r\n;");
}

TEST(EvtxRender, LeavesOutOptionalNulls) {
  ChunkWriter chunk;
  chunk.begin_record(1);
  const std::size_t at = chunk.begin_template();
  chunk.open("Event"), chunk.open("System");
  chunk.open("Security", true), chunk.begin_attribute("UserID"), chunk.substitution(0, true),
      chunk.close_empty();
  chunk.open("Correlation", true), chunk.begin_attribute("A"), chunk.substitution(1, true),
      chunk.begin_attribute("B"), chunk.substitution(0, true), chunk.close_empty();
  chunk.open("Task"), chunk.substitution(0, true), chunk.close();
  chunk.open("Opcode"), chunk.substitution(0, false), chunk.close();
  chunk.open("Level"), chunk.substitution(1, false), chunk.close();
  chunk.close(), chunk.close(), chunk.end_template(at);
  chunk.values({{0, {}}, {0x04, {5}}});
  chunk.end_record();
  EXPECT_EQ(
      rendered(chunk.finish(), Rendering::kXml),
      "<Event><System><Security/><Correlation A=\"5\"/><Opcode></Opcode><Level>5</Level></System></Event>\n");
  EXPECT_EQ(rendered(chunk.finish(), Rendering::kJson),
            "{\"Event\":{\"System\":{\"Security\":null,\"Correlation\":{\"#attributes\":{\"A\":5}},"
            "\"Opcode\":\"\",\"Level\":5}}}\n");
  EXPECT_EQ(fields_text(decode_chunk(chunk.finish()).events[0]), "Correlation_A=5;Opcode=;Level=#5;");
}

TEST(EvtxRender, NamesWhatEvtxDumpNames) {
  ChunkWriter chunk;
  write_record(chunk, [&] {
    chunk.open("EventData"), chunk.named("Data", "Logon", "1"), chunk.named("Data", "Logon", "2"),
        chunk.leaf("Data", "x"), chunk.leaf("Binary", "00FF"), chunk.open("Data"), chunk.close(),
        chunk.named("ComplexData", "c", "deep"), chunk.close();
    chunk.open("UserData"), chunk.leaf("Header", "a"), chunk.leaf("Header_1", "b"), chunk.leaf("Header", "c"),
        chunk.close();
    chunk.open("ProcessingErrorData"), chunk.leaf("Data", "only"), chunk.close();
  });
  EXPECT_EQ(rendered(chunk.finish(), Rendering::kJson),
            "{\"Event\":{\"EventData\":{\"Logon\":\"1\",\"Logon_1\":\"2\",\"Data\":{\"#text\":[\"x\",\"\"]},"
            "\"Binary\":\"00FF\","
            "\"ComplexData\":{\"#attributes\":{\"Name\":\"c\"},\"#text\":\"deep\"}},"
            "\"UserData\":{\"Header\":\"a\",\"Header_1\":\"b\",\"Header_2\":\"c\"},"
            "\"ProcessingErrorData\":{\"Data\":{\"#text\":\"only\"}}}}\n");
  EXPECT_EQ(fields_text(decode_chunk(chunk.finish()).events[0]),
            "Logon=1;Logon=2;Data=x;Binary=00FF;Data=;c=deep;Header=a;Header_1=b;Header=c;Data=only;");
}

TEST(EvtxRender, RepeatsTheElementOfAnArray) {
  ChunkWriter chunk;
  chunk.begin_record(1);
  const std::size_t at = chunk.begin_template();
  chunk.open("Event"), chunk.open("EventData");
  chunk.open("Data", true), chunk.attribute("Name", "N"), chunk.close_start(), chunk.substitution(0, false),
      chunk.close();
  chunk.open("Data"), chunk.substitution(1, false), chunk.close();
  chunk.open("List", true), chunk.begin_attribute("of"), chunk.substitution(0, false), chunk.close_empty();
  chunk.open("Flag"), chunk.substitution(2, false), chunk.close();
  chunk.open("Ratio"), chunk.substitution(3, false), chunk.close();
  chunk.open("Odd"), chunk.substitution(4, false), chunk.close();
  chunk.close(), chunk.close(), chunk.end_template(at);
  chunk.values({{0x86, {1, 0, 2, 0}},
                {0x81, {'a', 0, 0, 0, 'b', 0, 0, 0}},
                {0x0d, {1, 0, 0, 0}},
                {0x0c, {0, 0, 0, 0, 0, 0, 0xf8, 0x7f}},
                {0x08, {1, 2, 3}}});
  chunk.end_record();
  EXPECT_EQ(rendered(chunk.finish(), Rendering::kXml),
            "<Event><EventData><Data Name=\"N\">1</Data><Data Name=\"N\">2</Data><Data>a</Data><Data>b</Data>"
            "<List of=\"1, 2\"/><Flag>true</Flag><Ratio>nan</Ratio><Odd>010203</Odd></EventData></Event>\n");
  // A number that is none, and a value without the size of its type, are text.
  EXPECT_EQ(rendered(chunk.finish(), Rendering::kJson),
            "{\"Event\":{\"EventData\":{\"N\":[1,2],\"Data\":{\"#text\":[\"a\",\"b\"]},\"List\":{\"#"
            "attributes\":{\"of\":\"1, 2\"}},"
            "\"Flag\":true,\"Ratio\":\"nan\",\"Odd\":\"010203\"}}}\n");
  EXPECT_EQ(fields_text(decode_chunk(chunk.finish()).events[0]),
            "N=#1;N=#2;Data=a;Data=b;List_of=1, 2;Flag=true;Ratio=nan;Odd=010203;");
}

TEST(EvtxRender, ReadsBinaryXmlWithinValues) {
  ChunkWriter chunk;
  chunk.begin_record(1);
  const std::size_t outer = chunk.begin_template();
  chunk.open("Event"), chunk.open("UserData"), chunk.substitution(0, false), chunk.close(),
      chunk.substitution(1, true);
  chunk.close(), chunk.end_template(outer);
  const auto inner = chunk.embedded(2, [](ChunkWriter& value) {
    value.fragment_header();
    const std::size_t at = value.begin_template(9);
    value.open("Deep"), value.leaf("A", "b"), value.substitution(0, false), value.close(),
        value.end_template(at);
    value.values({{0x01, utf16_bytes("in")}});
  });
  chunk.values({inner, {0, {}}});
  chunk.end_record();
  EXPECT_EQ(rendered(chunk.finish(), Rendering::kXml),
            "<Event><UserData><Deep><A>b</A>in</Deep></UserData></Event>\n");
}

TEST(EvtxRender, RendersForwardedEventsWhole) {
  ChunkWriter chunk;
  write_record(chunk, [&] {
    chunk.open("System"), chunk.leaf("Channel", "ForwardedEvents"), chunk.close();
    chunk.open("EventData"), chunk.named("Data", "x", "1"), chunk.close();
    chunk.open("RenderingInfo", true), chunk.attribute("Culture", "fr-FR"), chunk.close_start();
    chunk.leaf("Message", "Un \"message\""), chunk.open("Keywords"), chunk.leaf("Keyword", "Classique"),
        chunk.close(), chunk.close();
  });
  EXPECT_EQ(rendered(chunk.finish(), Rendering::kXml),
            "<Event><System><Channel>ForwardedEvents</Channel></System><EventData><Data "
            "Name=\"x\">1</Data></EventData>"
            "<RenderingInfo Culture=\"fr-FR\"><Message>Un "
            "\"message\"</Message><Keywords><Keyword>Classique</Keyword></Keywords>"
            "</RenderingInfo></Event>\n");
  EXPECT_EQ(fields_text(decode_chunk(chunk.finish()).events[0]), "Channel=ForwardedEvents;x=1;");
}

TEST(EvtxRender, StaysXmlWhateverNamesSay) {
  ChunkWriter chunk;
  write_record(chunk, [&] {
    chunk.open("1 a<b>", true), chunk.attribute("x y", "\"<\n\t"), chunk.attribute("x_y", "again"),
        chunk.close_empty();
    chunk.open(""), chunk.close();
  });
  EXPECT_EQ(rendered(chunk.finish(), Rendering::kXml),
            "<Event><__a_b_ x_y=\"&quot;&lt;&#10;&#9;\"/><_/></Event>\n");
}

TEST(EvtxRender, SaysWhatWasCarved) {
  ChunkWriter chunk;
  chunk.simple_record(4);
  OddityList oddities;
  std::string xml, json;
  for_each_evtx_record(chunk.finish(), 0, false, oddities, [&](EvtxRecord record) {
    record.carved = "slack";
    append_rendering(record, Rendering::kXml, xml);
    append_rendering(record, Rendering::kJson, json);
  });
  EXPECT_EQ(xml, "<!-- carved: slack --><Event><EventData><Data>x</Data></EventData></Event>");
  EXPECT_EQ(json, "{\"Event\":{\"EventData\":{\"Data\":{\"#text\":\"x\"}}},\"Carved\":\"slack\"}");
}

TEST(EvtxRender, HandsOverUntilNobodyWantsMore) {
  ChunkWriter chunk;
  for (std::uint64_t id = 1; id <= 5; ++id) chunk.simple_record(id);
  int taken = 0;
  const TakeRecord take = [&](std::string_view) { return ++taken < 2; };
  EvtxRenderer renderer(Rendering::kXml, take);
  OddityList oddities;
  for_each_evtx_record(chunk.finish(), 0, false, oddities,
                       [&](const EvtxRecord& record) { renderer.render(record); });
  EXPECT_FALSE(renderer.going());
  EXPECT_EQ(taken, 2);
}

}  // namespace
}  // namespace bartizan
