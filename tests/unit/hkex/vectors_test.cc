// Captured OMD-C messages through describe(), against the values that came with them.
#include <gtest/gtest.h>

#include <cctype>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "feedhandlers/hkex/decoder.h"
#include "feedhandlers/hkex/describe.h"
#include "tests/support/data.h"

namespace indexcast::hkex {
namespace {

struct Described {
  std::string name;  // accessor spelling: "newSeqNo"
  std::string value;
};

// "ISINCode" -> "isinCode", "VCMFlag" -> "vcmFlag": the first word in small letters.
std::string accessor_of(std::string_view name) {
  std::string out(name);
  for (std::size_t i = 0; i < out.size() && std::isupper(out[i]) != 0; ++i) {
    const bool next_word = i > 0 && i + 1 < out.size() && std::islower(out[i + 1]) != 0;
    if (next_word) break;
    out[i] = static_cast<char>(std::tolower(out[i]));
  }
  return out;
}

// Raw values in the order of the message; the entries of a group end with their count first.
class Collector final : public feed::FieldSink {
 public:
  void integer(std::string_view name, std::int64_t value) override {
    add(name, std::to_string(value));
  }
  void natural(std::string_view name, std::uint64_t value) override {
    add(name, std::to_string(value));
  }
  void decimal(std::string_view name, std::int64_t raw, int) override {
    add(name, std::to_string(raw));
  }
  void text(std::string_view name, std::string_view value) override {
    add(name, std::string(value));
  }
  void begin_list(std::string_view) override {}
  void begin_item() override {}
  void end_item() override {}
  void end_list() override {}

  std::vector<Described> fields;

 private:
  void add(std::string_view name, std::string value) {
    fields.push_back({accessor_of(name), std::move(value)});
  }
};

std::vector<std::byte> bytes_of(const std::string& hex) {
  std::vector<std::byte> out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    out.push_back(static_cast<std::byte>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return out;
}

// "securityCode()" and "getMarketCodeAsString()" to the accessor's plain name.
std::string field_of(std::string accessor) {
  accessor.resize(accessor.size() - 2);
  if (accessor.starts_with("get") && accessor.ends_with("AsString")) {
    accessor = accessor.substr(3, accessor.size() - 11);
    accessor[0] = static_cast<char>(std::tolower(accessor[0]));
  }
  return accessor;
}

// Names that the source of the vectors spells differently from the specification.
std::string our_name(const std::string& message, const std::string& field) {
  if (message == "SecurityDefinition") {
    if (field == "maturityDate") return "warrantMaturityDate";
    if (field == "count") return "noUnderlyingSecurities";
  }
  if (message == "AggregateOrderBookUpdate" && field == "count") return "noEntries";
  return field;
}

// What describe() shows for an expected value: text without its quotes and padding, one-character
// fields as characters, null as a word.
bool same(const std::string& expected, const std::string& ours) {
  if (expected == ours) return true;
  if (expected == "INT64_MIN") return ours == "null";
  if (expected.front() == '"' || expected.front() == '\'') {
    const std::string text = expected.substr(1, expected.size() - 2);
    return text == ours || feed::trim_padding(text) == ours;
  }
  if (ours.empty()) return expected == "0";
  return ours.size() == 1 && std::to_string(static_cast<unsigned char>(ours[0])) == expected;
}

using Expectations = std::vector<std::array<std::string, 2>>;

// The source's expectations of a Security Definition cover two messages, the vector holds the
// first.
Expectations of_one_message(const Expectations& all) {
  Expectations one;
  for (const auto& each : all) {
    if (!one.empty() && each[1] == all.front()[1]) break;
    if (each[1] != "hasNext()") one.push_back(each);
  }
  return one;
}

void check_vector(const nlohmann::json& vector) {
  const std::string name = vector["name"];
  SCOPED_TRACE(name);
  const std::vector<std::byte> bytes = bytes_of(vector["hex"]);
  PacketHeader header;
  ASSERT_EQ(check_packet(bytes, header), DecodeError::none);
  Collector collector;
  for_each_message(bytes, header, [&](const MessageView& message) {
    EXPECT_FALSE(type_name(message.type).empty());
    describe(message.bytes, collector);
  });
  // Expected fields come in the order of the message, so each is sought after the one before.
  std::size_t next = 0;
  for (const auto& [value, accessor] : of_one_message(vector["expect"])) {
    const std::string field = our_name(name, field_of(accessor));
    while (next < collector.fields.size() && collector.fields[next].name != field) ++next;
    ASSERT_LT(next, collector.fields.size()) << "no field " << field;
    EXPECT_TRUE(same(value, collector.fields[next].value))
        << field << ": expected " << value << ", described " << collector.fields[next].value;
    ++next;
  }
}

TEST(Vectors, DecodeToTheirExpectedValues) {
  const auto path = indexcast::test::data_path("hkex-omdc-vectors.jsonl");
  std::ifstream file(path);
  if (!file) GTEST_SKIP() << "missing " << path;
  std::size_t vectors = 0;
  for (std::string line; std::getline(file, line); ++vectors) {
    check_vector(nlohmann::json::parse(line));
  }
  EXPECT_EQ(vectors, 11u);
}

}  // namespace
}  // namespace indexcast::hkex
