// Streams cut into frames, however they were split, and every byte accounted for.
#include "server/tools/decode/frame_cutter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/capture/capture_writer.h"

namespace indexcast::server {
namespace {

using feed::DecodeError;
using feed::FrameScan;
using test::bytes_of;

// A toy protocol: '<', the length of the whole frame as one digit, filler, and '>' when intact.
FrameScan scan(feed::Bytes bytes) {
  const std::string_view text = feed::text_at(bytes.data(), bytes.size());
  if (text[0] != '<') return {FrameScan::Status::malformed, 1, DecodeError::bad_length};
  if (text.size() < 2) return {};
  if (text[1] < '3' || text[1] > '9') {
    return {FrameScan::Status::malformed, 1, DecodeError::bad_field};
  }
  const auto length = static_cast<std::size_t>(text[1] - '0');
  const bool whole = text.size() >= length;
  return {whole ? FrameScan::Status::complete : FrameScan::Status::incomplete, length,
          DecodeError::none};
}

bool intact(feed::Bytes frame) { return frame.back() == std::byte{'>'}; }

class Transcript : public FrameListener {
 public:
  void on_frame(feed::Bytes frame, StreamPlace place) override {
    text += "[" + std::string(feed::text_at(frame.data(), frame.size())) + "]";
    note(frame.size(), place);
  }
  void on_malformed(std::size_t bytes, DecodeError reason, StreamPlace place) override {
    text += "!" + std::string(name_of(reason)) + std::to_string(bytes);
    note(bytes, place);
  }
  void on_skipped(std::size_t bytes, StreamSkipReason, StreamPlace place) override {
    text += "~" + std::to_string(bytes);
    note(bytes, place);
  }

  std::string text;
  std::uint64_t bytes_seen = 0;
  std::vector<std::uint64_t> packets;

 private:
  void note(std::size_t bytes, StreamPlace place) {
    EXPECT_EQ(place.offset, bytes_seen) << "pieces follow each other without a hole";
    bytes_seen += bytes;
    packets.push_back(place.packet);
  }
};

// Pieces of a stream, '~' before those that follow a gap, and what is heard of them.
struct Case {
  std::string name;
  std::vector<std::string> pieces;
  std::string heard;
  std::size_t max_frame = 8;
};

class FrameCutterTest : public testing::TestWithParam<Case> {};

TEST_P(FrameCutterTest, CutsAndAccounts) {
  Transcript heard;
  FrameCutter cutter({scan, intact, GetParam().max_frame}, heard);
  std::uint64_t offset = 0;
  std::uint64_t packet = 0;
  for (std::string_view piece : GetParam().pieces) {
    const bool after_gap = piece.starts_with('~');
    if (after_gap) piece.remove_prefix(1);
    cutter.add(bytes_of(piece), {++packet, offset}, after_gap);
    offset += piece.size();
  }
  cutter.finish();
  EXPECT_EQ(heard.text, GetParam().heard);
  EXPECT_EQ(heard.bytes_seen, offset);
  EXPECT_EQ(cutter.pending(), 0u);
}

INSTANTIATE_TEST_SUITE_P(
    FrameCutter, FrameCutterTest,
    testing::Values(
        Case{"nothing", {}, ""}, Case{"one", {"<4a>"}, "[<4a>]"},
        Case{"two_in_one_piece", {"<4a><5bc>"}, "[<4a>][<5bc>]"},
        Case{"byte_by_byte", {"<", "4", "a", ">", "<", "3", ">"}, "[<4a>][<3>]"},
        Case{"cut_at_the_end", {"<4a><5b"}, "[<4a>]!truncated3"},
        Case{"bad_checksum_costs_one_frame", {"<4aX<4b>"}, "!bad_checksum4[<4b>]"},
        Case{"garbage_is_one_malformed_run", {"<4a>gar", "bage<4b>"}, "[<4a>]!bad_length7[<4b>]"},
        Case{"joined_in_mid_stream", {"~c><4b>"}, "~2[<4b>]"},
        Case{"gap_inside_a_frame", {"<8abc", "~xyz><4b>"}, "!truncated5~4[<4b>]"},
        Case{"out_of_step_wants_a_checksum", {"~<5ab<4b><4c>"}, "~4[<4b>][<4c>]"},
        Case{"false_start_at_the_end", {"~<8<4b>"}, "~2[<4b>]"},
        Case{"too_long_is_passed_over", {"<9abc", "def><4b>"}, "~5~4[<4b>]", 8},
        Case{"garbage_to_the_end", {"~garbage"}, "~7"}),
    [](const auto& param) { return param.param.name; });

TEST(FrameCutter, NamesThePacketOfAFramesFirstByte) {
  Transcript heard;
  FrameCutter cutter({scan, intact, 8}, heard);
  cutter.add(bytes_of("<4a><6"), {1, 0}, false);
  cutter.add(bytes_of("bc"), {2, 6}, false);
  cutter.add(bytes_of("d><3>"), {3, 8}, false);
  EXPECT_THAT(heard.packets, testing::ElementsAre(1, 1, 3));
}

}  // namespace
}  // namespace indexcast::server
