// OMD-C messages through describe() and through the structs, against values that came with the
// bytes: captured ones beside the project, and for the types that no capture holds, bytes laid out
// by hand from the notes' offsets (tests/golden/hkex_handmade_vectors.jsonl).
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "feedhandlers/hkex/decoder.h"
#include "feedhandlers/hkex/describe.h"
#include "feedhandlers/hkex/encoder.h"
#include "feedhandlers/hkex/layout.h"
#include "tests/support/data.h"
#include "tests/support/source_dir.h"

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

// Other names of a field in the source of the vectors: counts, and the warrant's maturity, which
// was named before bonds had one of their own.
std::string other_name(const std::string& message, const std::string& field) {
  if (field == "maturityDate") return "warrantMaturityDate";
  if (field != "count") return field;
  return message == "SecurityDefinition" ? "noUnderlyingSecurities" : "noEntries";
}

// Compares with the output of describe(): text without its quotes and padding, one-character fields
// as characters, null as a word.
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

std::size_t find_field(const std::vector<Described>& fields, std::size_t from,
                       const std::string& name) {
  while (from < fields.size() && fields[from].name != name) ++from;
  return from;
}

// Expected fields come in the order of the message, so each is sought after the one before.
void expect_fields(const std::vector<Described>& fields, const std::string& message,
                   const Expectations& expectations) {
  std::size_t next = 0;
  for (const auto& [value, accessor] : expectations) {
    const std::string field = field_of(accessor);
    std::size_t at = find_field(fields, next, field);
    if (at == fields.size()) at = find_field(fields, next, other_name(message, field));
    ASSERT_LT(at, fields.size()) << "no field " << field;
    EXPECT_TRUE(same(value, fields[at].value))
        << field << ": expected " << value << ", described " << fields[at].value;
    next = at + 1;
  }
}

std::string squeezed(std::string_view name) {
  std::string out(name);
  out.erase(std::remove(out.begin(), out.end(), ' '), out.end());
  return out;
}

// The message from its struct again.
std::vector<std::byte> encoded_again(Bytes bytes) {
  PacketBuilder again(1, TimeNs{1});
  layout::visit_type(wire::message::MsgType.of(bytes.data()), [&]<class Message>() {
    Message decoded;
    ASSERT_EQ(decode(bytes, decoded), DecodeError::none);
    ASSERT_TRUE(again.add(decoded));
    Message twice;
    ASSERT_EQ(decode(again.bytes().subspan(wire::packet::kHeaderSize), twice), DecodeError::none);
    EXPECT_TRUE(twice == decoded);
  });
  return {again.bytes().begin() + wire::packet::kHeaderSize, again.bytes().end()};
}

// A vector is one packet of one message. Returns the message's type.
std::uint16_t check_vector(const nlohmann::json& vector, bool fillers_are_zero) {
  const std::string name = vector["name"];
  SCOPED_TRACE(name);
  const std::vector<std::byte> packet = bytes_of(vector["hex"]);
  PacketHeader header;
  EXPECT_EQ(check_packet(packet, header), DecodeError::none);
  EXPECT_EQ(header.message_count, 1);
  const Bytes message = Bytes(packet).subspan(wire::packet::kHeaderSize);
  const std::uint16_t type = wire::message::MsgType.of(message.data());
  EXPECT_EQ(squeezed(type_name(type)), name);
  Collector collector;
  describe(message, collector);
  expect_fields(collector.fields, name, of_one_message(vector["expect"]));
  const std::vector<std::byte> again = encoded_again(message);
  EXPECT_EQ(again.size(), message.size());
  if (fillers_are_zero) {
    EXPECT_TRUE(std::equal(again.begin(), again.end(), message.begin(), message.end()));
  }
  return type;
}

using Types = std::multiset<std::uint16_t>;

Types check_file(const std::filesystem::path& path, bool fillers_are_zero) {
  Types types;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    types.insert(check_vector(nlohmann::json::parse(line), fillers_are_zero));
  }
  return types;
}

TEST(Vectors, DecodeToTheirExpectedValues) {
  const auto path = indexcast::test::data_path("hkex-omdc-vectors.jsonl");
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "missing " << path;
  EXPECT_EQ(check_file(path, false), (Types{10, 11, 14, 20, 21, 40, 50, 53, 60, 71, 100}));
}

TEST(Vectors, LaidOutByHandDecodeAndEncodeToTheSameBytes) {
  const auto path = std::filesystem::path(indexcast::test::source_dir()) /
                    "tests/golden/hkex_handmade_vectors.jsonl";
  EXPECT_EQ(check_file(path, true),
            (Types{11, 11, 11, 13, 22, 22, 23, 30, 31, 32, 33,  34,  41,  43,  44,  51, 52,
                   54, 56, 60, 61, 61, 62, 70, 80, 80, 81, 101, 102, 105, 201, 202, 203}));
}

}  // namespace
}  // namespace indexcast::hkex
