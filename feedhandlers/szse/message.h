// The fields of SZSE Binary messages by the exchange's names, as the decoder gives them and the
// encoder takes them. Text fields are whole width, padding included (feed::trim_padding removes
// it), and point into the message. Stamps are YYYYMMDDHHMMSSsss in China time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "feedhandlers/szse/wire.h"
#include "feedhandlers/transport/bytes.h"

namespace indexcast::szse {

struct Header {
  std::uint32_t msg_type = 0;
  std::uint32_t body_length = 0;
};

// Session messages, 1.5.

struct Logon {
  std::string_view sender_comp_id;
  std::string_view target_comp_id;
  std::int32_t heart_bt_int = 0;  // seconds
  std::string_view password;
  std::string_view default_appl_ver_id;
};

struct Logout {
  std::int32_t session_status = 0;
  std::string_view text;
};

struct BusinessReject {
  std::int64_t ref_seq_num = 0;
  std::uint32_t ref_msg_type = 0;
  std::string_view business_reject_ref_id;
  std::uint16_t business_reject_reason = 0;
  std::string_view business_reject_text;
  friend bool operator==(const BusinessReject&, const BusinessReject&) = default;
};

struct ChannelHeartbeat {
  std::uint16_t channel_no = 0;
  std::int64_t appl_last_seq_num = 0;
  std::uint16_t end_of_channel = 0;  // 1 = the channel is finished
  friend bool operator==(const ChannelHeartbeat&, const ChannelHeartbeat&) = default;
};

// A request of ours, or the gateway's answer to it: then resend_status is not 0.
struct Resend {
  std::uint8_t resend_type = kResendTicks;
  std::uint16_t channel_no = 0;
  std::int64_t appl_beg_seq_num = 0;
  std::int64_t appl_end_seq_num = 0;  // 0: up to the last one the gateway holds
  std::string_view news_id;
  std::uint8_t resend_status = 0;
  std::string_view reject_text;
  friend bool operator==(const Resend&, const Resend&) = default;
};

// Status messages.

// One stream of a 390090.
struct StreamStatistics {
  std::string_view md_stream_id;
  std::uint32_t stock_num = 0;
  std::string_view trading_phase_code;  // T: some security is not closed yet; E: all are
};

// 390090, 1.5.
struct ChannelStatistics {
  std::int64_t orig_time = 0;
  std::uint16_t channel_no = 0;
  std::uint32_t no_md_stream_id = 0;
  const std::byte* streams = nullptr;

  // `i` below no_md_stream_id.
  StreamStatistics stream(std::size_t i) const;
};

// One switch of a 390013.
struct SecuritySwitch {
  std::uint16_t security_switch_type = 0;
  std::uint16_t security_switch_status = 0;  // 1 on, 0 off
};

// 390013, 2.12. It says nothing about halts.
struct SecurityStatusMessage {
  std::int64_t orig_time = 0;
  std::uint16_t channel_no = 0;
  std::string_view security_id;
  std::string_view security_id_source;
  std::string_view financial_status;
  std::uint32_t no_switch = 0;
  const std::byte* switches = nullptr;

  // `i` below no_switch.
  SecuritySwitch security_switch(std::size_t i) const;
};

// 390019, 2.11: Hong Kong Connect's session and quota, never Shenzhen's own.
struct MarketStatus {
  std::int64_t orig_time = 0;
  std::uint16_t channel_no = 0;
  std::string_view market_id;
  std::string_view market_segment_id;
  std::string_view trading_session_id;
  std::string_view trading_session_sub_id;
  std::uint16_t trad_ses_status = 0;
  std::int64_t trad_ses_start_time = 0;
  std::int64_t trad_ses_end_time = 0;
  std::int64_t threshold_amount = 0;  // 1e-4
  std::int64_t pos_amt = 0;           // 1e-4
  std::string_view amount_status;
  friend bool operator==(const MarketStatus&, const MarketStatus&) = default;
};

// Ticks, 2.10. Orders and trades of a channel share one numbering.

struct Order {
  std::uint16_t channel_no = 0;
  std::int64_t appl_seq_num = 0;
  std::string_view md_stream_id;
  std::string_view security_id;
  std::string_view security_id_source;
  std::int64_t price = 0;      // 1e-4
  std::int64_t order_qty = 0;  // 1e-2
  char side = '1';
  std::int64_t transact_time = 0;
  char ord_type = '2';
  friend bool operator==(const Order&, const Order&) = default;
};

struct TradeMessage {
  std::uint16_t channel_no = 0;
  std::int64_t appl_seq_num = 0;
  std::string_view md_stream_id;
  std::int64_t bid_appl_seq_num = 0;    // 0: no such order
  std::int64_t offer_appl_seq_num = 0;  // 0: no such order
  std::string_view security_id;
  std::string_view security_id_source;
  std::int64_t last_px = 0;   // 1e-4
  std::int64_t last_qty = 0;  // 1e-2
  char exec_type = kExecTrade;
  std::int64_t transact_time = 0;
  friend bool operator==(const TradeMessage&, const TradeMessage&) = default;
};

// Snapshots.

// The common part, 2.2. PrevClosePx and value 1e-4, volume 1e-2.
struct SnapshotCommon {
  std::int64_t orig_time = 0;
  std::uint16_t channel_no = 0;
  std::string_view md_stream_id;
  std::string_view security_id;
  std::string_view security_id_source;
  std::string_view trading_phase_code;
  std::int64_t prev_close_px = 0;
  std::int64_t num_trades = 0;
  std::int64_t total_volume_trade = 0;
  std::int64_t total_value_trade = 0;
};

// The first order quantities of a level, 1e-2 each.
class OrderQuantities {
 public:
  OrderQuantities() = default;
  OrderQuantities(const std::byte* first, std::size_t count) : first_(first), count_(count) {}
  std::size_t size() const { return count_; }
  std::int64_t operator[](std::size_t i) const {
    return feed::load_be<std::int64_t>(first_ + i * entry::kOrderQtySize);
  }

 private:
  const std::byte* first_ = nullptr;
  std::size_t count_ = 0;
};

// One entry of a 300111, 2.3.
struct SnapshotEntry {
  std::uint16_t md_entry_type = 0;  // see entry_type()
  std::int64_t md_entry_px = 0;     // 1e-6
  std::int64_t md_entry_size = 0;   // 1e-2
  std::uint16_t md_price_level = 0;
  std::int64_t number_of_orders = 0;
  OrderQuantities order_qty;
};

// One entry of a 300611 or a 303711.
struct AfterHoursEntry {
  std::uint16_t md_entry_type = 0;
  std::int64_t md_entry_px = 0;    // 1e-6
  std::int64_t md_entry_size = 0;  // 1e-2
};

// One entry of a 309011 or a 309211.
struct IndexEntry {
  std::uint16_t md_entry_type = 0;
  std::int64_t md_entry_px = 0;  // 1e-6
  friend bool operator==(const IndexEntry&, const IndexEntry&) = default;
};

// One entry of a 306311.
struct HkEntry {
  std::uint16_t md_entry_type = 0;
  std::int64_t md_entry_px = 0;    // 1e-6
  std::int64_t md_entry_size = 0;  // 1e-2
  std::uint16_t md_price_level = 0;
  friend bool operator==(const HkEntry&, const HkEntry&) = default;
};

// A cooling-off period of a 306311: there is one or none.
struct ComplexEvent {
  std::int64_t start_time = 0;
  std::int64_t end_time = 0;
  friend bool operator==(const ComplexEvent&, const ComplexEvent&) = default;
};

}  // namespace indexcast::szse
