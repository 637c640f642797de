// Tables of what is said about sessions and securities: messages 20 to 23.
#pragma once

#include "feedhandlers/hkex/layout/row.h"
#include "feedhandlers/hkex/message/status.h"
#include "feedhandlers/hkex/wire/status.h"

namespace indexcast::hkex::layout {

namespace w = wire;

template <>
struct Layout<TradingSessionStatus> {
  using M = TradingSessionStatus;
  static constexpr std::uint16_t kType = w::trading_session_status::kType;
  static constexpr std::string_view kName = "Trading Session Status";
  static constexpr auto kSections =
      fixed(w::trading_session_status::kSize,
            text("MarketCode", w::trading_session_status::MarketCode, &M::market_code),
            unused(w::trading_session_status::Unused1),
            number("TradingSessionSubID", w::trading_session_status::TradingSessionSubID,
                   &M::trading_session_sub_id),
            number("TradingSesStatus", w::trading_session_status::TradingSesStatus,
                   &M::trading_ses_status),
            flag("TradingSesControlFlag", w::trading_session_status::TradingSesControlFlag,
                 &M::trading_ses_control_flag),
            unused(w::trading_session_status::Unused2),
            number("StartDateTime", w::trading_session_status::StartDateTime, &M::start_date_time),
            number("EndDateTime", w::trading_session_status::EndDateTime, &M::end_date_time));
};

template <>
struct Layout<SecurityStatus> {
  using M = SecurityStatus;
  static constexpr std::uint16_t kType = w::security_status::kType;
  static constexpr std::string_view kName = "Security Status";
  static constexpr auto kSections =
      fixed(w::security_status::kSize,
            number("SecurityCode", w::security_status::SecurityCode, &M::security_code),
            number("SuspensionIndicator", w::security_status::SuspensionIndicator,
                   &M::suspension_indicator),
            unused(w::security_status::Unused));
};

template <>
struct Layout<News> {
  using M = News;
  static constexpr std::uint16_t kType = w::news::kType;
  static constexpr std::string_view kName = "News";
  static constexpr auto kSections = std::tuple{
      section(kHeaderSize, w::news::kSize,
              list("MarketCodes", &M::market_codes, w::news::kMarketSize,
                   text("MarketCode", w::news::MarketCode, Itself{})),
              text("NewsType", w::news::NewsType, &M::news_type),
              text("NewsID", w::news::NewsID, &M::news_id),
              news("Headline", w::news::Headline, &M::headline),
              flag("CancelFlag", w::news::CancelFlag, &M::cancel_flag),
              flag("LastFragment", w::news::LastFragment, &M::last_fragment),
              unused(w::news::Unused1),
              number("ReleaseTime", w::news::ReleaseTime, &M::release_time),
              unused(w::news::Unused2), count("NoMarketCodes", w::news::NoMarketCodes)),
      section(0, w::news::kGroupHeadSize,
              list("SecurityCodes", &M::security_codes, w::news::kSecuritySize,
                   number("SecurityCode", w::news::SecurityCode, Itself{})),
              unused(w::news::UnusedBeforeCount),
              count("NoSecurityCodes", w::news::NoSecurityCodes)),
      section(0, w::news::kGroupHeadSize,
              list("NewsLines", &M::news_lines, w::news::kLineSize,
                   news("NewsLine", w::news::NewsLine, Itself{})),
              unused(w::news::UnusedBeforeCount), count("NoNewsLines", w::news::NoNewsLines))};
};

template <>
struct Layout<VcmTrigger> {
  using M = VcmTrigger;
  static constexpr std::uint16_t kType = w::vcm_trigger::kType;
  static constexpr std::string_view kName = "VCM Trigger";
  static constexpr auto kSections = fixed(
      w::vcm_trigger::kSize,
      number("SecurityCode", w::vcm_trigger::SecurityCode, &M::security_code),
      number("CoolingOffStartTime", w::vcm_trigger::CoolingOffStartTime,
             &M::cooling_off_start_time),
      number("CoolingOffEndTime", w::vcm_trigger::CoolingOffEndTime, &M::cooling_off_end_time),
      price("VCMReferencePrice", w::vcm_trigger::VCMReferencePrice, &M::vcm_reference_price),
      price("VCMLowerPrice", w::vcm_trigger::VCMLowerPrice, &M::vcm_lower_price),
      price("VCMUpperPrice", w::vcm_trigger::VCMUpperPrice, &M::vcm_upper_price));
};

}  // namespace indexcast::hkex::layout
