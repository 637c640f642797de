#include "feedhandlers/simulator/venues/mktdt_writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <numeric>
#include <system_error>

#include "feedhandlers/simulator/day/session_plan.h"
#include "feedhandlers/sse/decoder.h"

namespace indexcast::sim {
namespace {

constexpr std::size_t kHeaderSize = 82;   // with LF (4.2)
constexpr std::size_t kTrailerSize = 12;  // with LF
// BodyLength counts from behind its own separator (4.2).
constexpr std::size_t kBeforeBody = 27;
constexpr std::size_t kDepth = 5;

// Prices of M102 have five decimals; the file has four for indices and three for all others.
std::string price(std::uint64_t px, int decimals) {
  const std::uint64_t dropped = decimals == 4 ? 10 : 100;
  const std::uint64_t one = decimals == 4 ? 10'000 : 1'000;
  const std::uint64_t scaled = px / dropped;
  return fmt::format("{:>11}", fmt::format("{}.{:0{}}", scaled / one, scaled % one, decimals));
}

std::string value(std::uint64_t hundredths) {
  return fmt::format("{:>16}", fmt::format("{}.{:02}", hundredths / 100, hundredths % 100));
}

std::string clock(std::uint32_t digits) {
  return fmt::format("{:02}:{:02}:{:02}.{:03}", digits / 10'000'000, digits / 100'000 % 100,
                     digits / 1'000 % 100, digits % 1'000);
}

// The entries of one snapshot by what they are.
struct Prices {
  std::uint64_t open = 0, high = 0, low = 0, last = 0, close = 0, iopv = 0, previous_iopv = 0;
  std::array<sse::Entry, kDepth> bids{}, asks{};
};

Prices prices_of(const sse::EntryRange& entries) {
  Prices prices;
  for (const sse::Entry entry : entries) {
    const std::size_t place = std::min<std::size_t>(entry.md_entry_position_no, kDepth - 1);
    switch (entry.md_entry_type) {
      case sse::kEntryBid:
        prices.bids[place] = entry;
        break;
      case sse::kEntryAsk:
        prices.asks[place] = entry;
        break;
      case sse::kEntryLast:
      case sse::kEntryLastIndex:
        prices.last = entry.md_entry_px;
        break;
      case sse::kEntryOpen:
        prices.open = entry.md_entry_px;
        break;
      case sse::kEntryClose:
        prices.close = entry.md_entry_px;
        break;
      case sse::kEntryHigh:
        prices.high = entry.md_entry_px;
        break;
      case sse::kEntryLow:
        prices.low = entry.md_entry_px;
        break;
      case sse::entry_type('v'):
        prices.iopv = entry.md_entry_px;
        break;
      case sse::entry_type('w'):
        prices.previous_iopv = entry.md_entry_px;
        break;
      default:
        break;
    }
  }
  return prices;
}

// Fields 1 to 11, which all records share (4.3); an index without a close has a blank one.
std::string head(const sse::SnapshotFields& fields, const Prices& prices, int decimals) {
  const bool blank = decimals == 4 && prices.close == 0;
  return fmt::format("{}|{}|{}|{:>16}|{}|{}|{}|{}|{}|{}|{}", fields.md_stream_id,
                     fields.security_id.substr(0, 6), fields.symbol, fields.total_volume_traded,
                     value(fields.total_value_traded), price(fields.pre_close_px, decimals),
                     price(prices.open, decimals), price(prices.high, decimals),
                     price(prices.low, decimals), price(prices.last, decimals),
                     blank ? std::string(11, ' ') : price(prices.close, decimals));
}

std::string book(const Prices& prices) {
  std::string text;
  for (std::size_t i = 0; i < kDepth; ++i) {
    text += fmt::format("|{}|{:>12}|{}|{:>12}", price(prices.bids[i].md_entry_px, 3),
                        prices.bids[i].md_entry_size, price(prices.asks[i].md_entry_px, 3),
                        prices.asks[i].md_entry_size);
  }
  return text;
}

std::uint32_t sum_of(std::string_view text) {
  return std::accumulate(text.begin(), text.end(), std::uint32_t{0}, [](std::uint32_t sum, char c) {
    return sum + static_cast<std::uint8_t>(c);
  });
}

}  // namespace

std::string mktdt_record(feed::Bytes message) {
  sse::Snapshot snapshot;
  if (sse::decode_snapshot(message, snapshot) != feed::DecodeError::none) return {};
  const sse::SnapshotFields& fields = snapshot.fields;
  const Prices prices = prices_of(snapshot.entries);
  const std::string time = clock(fields.last_update_time);
  if (fields.md_stream_id == sse::kStreamIndex) {
    return fmt::format("{}|{:8}|{}\n", head(fields, prices, 4), "", time);
  }
  if (fields.md_stream_id == sse::kStreamShares) {
    return fmt::format("{}{}|{}|{}\n", head(fields, prices, 3), book(prices),
                       fields.trading_phase_code, time);
  }
  if (fields.md_stream_id != sse::kStreamFunds) return {};
  return fmt::format("{}{}|{}|{}|{}|{}\n", head(fields, prices, 3), book(prices),
                     price(prices.previous_iopv, 3), price(prices.iopv, 3),
                     fields.trading_phase_code, time);
}

MktdtWriter::MktdtWriter(const std::string& path)
    : file_(::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644)) {
  if (file_ < 0) throw std::system_error(errno, std::generic_category(), path);
}

MktdtWriter::~MktdtWriter() { ::close(file_); }

void MktdtWriter::publish(const ExchangeMessage& message) {
  if (message.venue != feed::Venue::sse) return;
  const std::uint32_t type = sse::decode_header(message.bytes).msg_type;
  if (type == sse::kMsgMarketStatus) {
    sse::MarketStatus status;
    if (sse::decode_market_status(message.bytes, status) == feed::DecodeError::none &&
        status.security_type == sse::kSecurityTypeStock) {
      session_ = status.trading_session_id;
    }
  }
  if (type != sse::kMsgSnapshot) return;
  std::string record = mktdt_record(message.bytes);
  if (!record.empty()) records_[{record.substr(0, 5), record.substr(6, 6)}] = std::move(record);
}

void MktdtWriter::on_exchange_time(TimeNs now) {
  if (session_.empty() || records_.empty() || closed_) return;
  const std::int64_t passed = std::min(now - last_, kRoundNs);
  const bool complete = session_.substr(0, 3) == "E11";
  if (torn()) {
    if (!in_round_) begin_round(now);
    write_bytes(static_cast<std::size_t>(static_cast<std::int64_t>(size_) * passed / kRoundNs),
                now);
    last_ = now;
  } else if (passed >= kRoundNs || in_round_ || complete) {
    if (!in_round_) begin_round(now);
    while (in_round_) write_bytes(size_, now);
    last_ = now;
    // The round that was under way may hold older images: the closing file is a round of its own.
    closed_ = complete;
    if (closed_) {
      begin_round(now);
      while (in_round_) write_bytes(size_, now);
    }
  }
}

void MktdtWriter::begin_round(TimeNs now) {
  round_.clear();
  size_ = kHeaderSize + kTrailerSize;
  for (const auto& [key, record] : records_) {
    round_.push_back(key);
    size_ += record.size();
  }
  next_record_ = offset_ = 0;
  sum_ = 0;
  line_ = header(now);
  line_done_ = 0;
  in_round_ = true;
}

std::string MktdtWriter::header(TimeNs now) const {
  const std::uint64_t body = size_ - kBeforeBody;
  const auto ms = static_cast<std::uint32_t>(clock_digits(china_time_of_day_ms(now)));
  return fmt::format("HEADER|MTP1.00 |{:>10}|{:>5}|{:8}|XSHG01|{}-{}|0|{:8}\n", body, round_.size(),
                     "", china_date(now), clock(ms), session_);
}

std::string MktdtWriter::next_line() {
  if (next_record_ < round_.size()) return records_.at(round_[next_record_++]);
  ++next_record_;
  return fmt::format("TRAILER|{:03}\n", (sum_ + sum_of("TRAILER|")) % 256);
}

void MktdtWriter::write_bytes(std::size_t budget, TimeNs now) {
  while (budget > 0 && in_round_) {
    const std::size_t part = std::min(budget, line_.size() - line_done_);
    const std::string_view bytes = std::string_view(line_).substr(line_done_, part);
    if (::pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(offset_)) !=
        static_cast<ssize_t>(bytes.size())) {
      throw std::system_error(errno, std::generic_category(), "mktdt00.txt");
    }
    sum_ += sum_of(bytes);
    offset_ += part;
    line_done_ += part;
    budget -= part;
    if (line_done_ < line_.size()) return;
    if (next_record_ > round_.size()) {
      end_round();
      if (torn()) begin_round(now);
      return;
    }
    line_ = next_line();
    line_done_ = 0;
  }
}

void MktdtWriter::end_round() {
  in_round_ = false;
  ++rounds_;
  if (::ftruncate(file_, static_cast<off_t>(offset_)) != 0) {
    throw std::system_error(errno, std::generic_category(), "mktdt00.txt");
  }
}

}  // namespace indexcast::sim
