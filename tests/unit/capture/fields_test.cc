// Fields as JSON and as plain text.
#include "server/tools/decode/fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace indexcast::server {
namespace {

struct DecimalCase {
  std::int64_t raw;
  int places;
  std::string text;
};

class AppendDecimal : public testing::TestWithParam<DecimalCase> {};

TEST_P(AppendDecimal, KeepsEveryPlace) {
  std::string out = ">";
  append_decimal(out, GetParam().raw, GetParam().places);
  EXPECT_EQ(out, ">" + GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(TextOutput, AppendDecimal,
                         testing::Values(DecimalCase{18'640'000, 6, "18.640000"},
                                         DecimalCase{0, 4, "0.0000"}, DecimalCase{5, 2, "0.05"},
                                         DecimalCase{-5, 2, "-0.05"},
                                         DecimalCase{-123456, 3, "-123.456"},
                                         DecimalCase{42, 0, "42"}, DecimalCase{100, 2, "1.00"},
                                         DecimalCase{std::numeric_limits<std::int64_t>::min(), 18,
                                                     "-9.223372036854775808"}));

struct StringCase {
  std::string text;
  std::string json;
};

class JsonString : public testing::TestWithParam<StringCase> {};

TEST_P(JsonString, IsAlwaysValid) {
  std::string out;
  append_json_string(out, GetParam().text);
  EXPECT_EQ(out, "\"" + GetParam().json + "\"");
}

INSTANTIATE_TEST_SUITE_P(
    TextOutput, JsonString,
    testing::Values(StringCase{"plain", "plain"}, StringCase{"a\"b\\c", "a\\\"b\\\\c"},
                    StringCase{std::string("\0\x1f\x7f", 3), "\\u0000\\u001f\\u007f"},
                    StringCase{"寒武纪-U", "寒武纪-U"},
                    StringCase{"\xf0\x9f\x93\x88", "\xf0\x9f\x93\x88"},
                    StringCase{"\xbd\xf0x", "\xef\xbf\xbd\xef\xbf\xbdx"},
                    StringCase{"\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd"},
                    StringCase{"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
                    StringCase{"\xe5\xaf", "\xef\xbf\xbd\xef\xbf\xbd"}));

void write_message(feed::FieldSink& sink) {
  sink.integer("Change", -5);
  sink.natural("Seq", 18'446'744'073'709'551'615u);
  sink.decimal("Px", 1234, 2);
  sink.text("Code", "688041");
  sink.text("Name", "two words");
  sink.text("Empty", "");
  sink.begin_list("Entries");
  for (const int size : {1, 2}) {
    sink.begin_item();
    sink.natural("Size", static_cast<std::uint64_t>(size));
    sink.begin_list("Qty");
    sink.end_list();
    sink.end_item();
  }
  sink.end_list();
  sink.text("Last", "x");
}

TEST(JsonFields, WritesTheMembersOfAnObject) {
  std::string out;
  JsonFields fields(out);
  write_message(fields);
  EXPECT_EQ(out,
            R"("Change":-5,"Seq":18446744073709551615,"Px":"12.34","Code":"688041",)"
            R"("Name":"two words","Empty":"","Entries":[{"Size":1,"Qty":[]},{"Size":2,"Qty":[]}],)"
            R"("Last":"x")");
}

TEST(PlainFields, WritesOneReadableLine) {
  std::string out = "7 Snapshot";
  PlainFields fields(out);
  write_message(fields);
  EXPECT_EQ(out, R"(7 Snapshot Change=-5 Seq=18446744073709551615 Px=12.34 Code=688041 )"
                 R"(Name="two words" Empty="" Entries=[{Size=1 Qty=[]} {Size=2 Qty=[]}] Last=x)");
}

}  // namespace
}  // namespace indexcast::server
