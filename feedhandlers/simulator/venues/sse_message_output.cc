#include "feedhandlers/simulator/venues/sse_message_output.h"

#include <fmt/format.h>

#include "feedhandlers/market/china_stamp.h"
#include "feedhandlers/simulator/day/session_plan.h"
#include "feedhandlers/transport/big_endian_writer.h"

namespace indexcast::sim {
namespace {

constexpr std::uint32_t kMarketStatus = 101;
constexpr std::uint32_t kSnapshot = 102;
constexpr std::uint32_t kBondTick = 201;
constexpr std::uint16_t kBondChannel = 100;

// Any number that tells the streams apart: 0 for shares, else their last three characters.
std::uint32_t stream_number(std::string_view stream) {
  if (stream == sse::kStreamShares) return 0;
  std::uint32_t number = 0;
  for (const char c : stream.substr(2)) number = number << 8 | static_cast<std::uint8_t>(c);
  return number;
}

}  // namespace

sse::Stamp SseMessageOutput::stamp(Micros now) {
  return {static_cast<std::uint64_t>(timestamp_digits(output_.stamp(feed::Venue::sse, 0, now))), 0};
}

void SseMessageOutput::emit(std::uint32_t security, std::uint32_t stream, Micros now) {
  output_.emit({output_.instant(now), feed::Venue::sse, 0, security, stream, 0, bytes_});
}

void SseMessageOutput::status(std::uint8_t security_type, std::string_view session_id,
                              std::uint32_t products, Micros now) {
  if (output_.silent(feed::Venue::sse, 0, now)) return;
  bytes_.clear();
  sse::encode_market_status(
      stamp(now), {security_type, sse::kTradSesModeProduction, session_id, products}, bytes_);
  output_.count(feed::Venue::sse, kMarketStatus);
  emit(0, 0, now);
}

void SseMessageOutput::snapshot(sse::SnapshotFields fields, std::uint32_t code,
                                std::span<const sse::Entry> entries, Micros now) {
  if (output_.silent(feed::Venue::sse, 0, now)) return;
  const std::string digits = fmt::format("{:06}", code);
  fields.security_id = digits;
  fields.trad_ses_mode = sse::kTradSesModeProduction;
  fields.trade_date = output_.trade_date();
  const sse::Stamp at = stamp(now);
  fields.last_update_time = static_cast<std::uint32_t>(at.sending_time % feed::kTimeDigits);
  bytes_.clear();
  sse::encode_snapshot(at, fields, entries, bytes_);
  output_.count(feed::Venue::sse, kSnapshot, code, fields.md_stream_id);
  emit(code, stream_number(fields.md_stream_id), now);
}

void SseMessageOutput::bond_tick(Micros now) {
  if (output_.silent(feed::Venue::sse, 0, now)) return;
  bytes_.clear();
  const sse::Stamp at = stamp(now);
  feed::BigEndianWriter(bytes_)
      .number(sse::kMsgTick)
      .number(at.sending_time)
      .number(at.msg_seq_num)
      .number(static_cast<std::uint32_t>(sse::tick::kBody))
      .number(sse::kSecurityTypeBond)
      .number(kBondChannel)
      .number(++bond_ticks_)
      .text("MD211", sse::snapshot::kMDStreamIDWidth)
      .text("019547", sse::snapshot::kCodeWidth)
      .number(static_cast<std::uint32_t>(at.sending_time % feed::kTimeDigits))
      .text("F", 1)
      .number(std::uint64_t{10'125'000})  // 101.25
      .number(std::uint64_t{1'000'000})   // 1000 bonds
      .checksum();
  output_.count(feed::Venue::sse, kBondTick);
  emit(0, 0, now);
}

}  // namespace indexcast::sim
