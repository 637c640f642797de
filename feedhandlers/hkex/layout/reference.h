// Tables of segments, securities and currencies: messages 10, 11, 13 and 14.
#pragma once

#include "feedhandlers/hkex/layout/row.h"
#include "feedhandlers/hkex/message/reference.h"
#include "feedhandlers/hkex/wire/reference.h"

namespace indexcast::hkex::layout {

namespace w = wire;

template <>
struct Layout<MarketDefinition> {
  using M = MarketDefinition;
  static constexpr std::uint16_t kType = w::market_definition::kType;
  static constexpr std::string_view kName = "Market Definition";
  static constexpr auto kSections =
      fixed(w::market_definition::kSize,
            text("MarketCode", w::market_definition::MarketCode, &M::market_code),
            text("MarketName", w::market_definition::MarketName, &M::market_name),
            text("CurrencyCode", w::market_definition::CurrencyCode, &M::currency_code),
            number("NumberOfSecurities", w::market_definition::NumberOfSecurities,
                   &M::number_of_securities));
};

template <>
struct Layout<SecurityDefinition> {
  using M = SecurityDefinition;
  static constexpr std::uint16_t kType = w::security_definition::kType;
  static constexpr std::string_view kName = "Security Definition";
  static constexpr auto kUnderlyings = list(
      "UnderlyingSecurities", &M::underlying_securities, w::security_definition::kUnderlyingSize,
      number("UnderlyingSecurityCode", w::security_definition::UnderlyingSecurityCode, Itself{}),
      unused(w::security_definition::UnusedInEntry));
  static constexpr auto kSections =  // the current layout
      with_list(
          w::security_definition_544::kSize, kUnderlyings,
          number("SecurityCode", w::security_definition::SecurityCode, &M::security_code),
          text("MarketCode", w::security_definition::MarketCode, &M::market_code),
          text("ISINCode", w::security_definition::ISINCode, &M::isin_code),
          text("InstrumentType", w::security_definition::InstrumentType, &M::instrument_type),
          number("ProductType", w::security_definition::ProductType, &M::product_type),
          unused(w::security_definition::Unused1),
          text("SpreadTableCode", w::security_definition::SpreadTableCode, &M::spread_table_code),
          text("SecurityShortName", w::security_definition::SecurityShortName,
               &M::security_short_name),
          text("CurrencyCode", w::security_definition::CurrencyCode, &M::currency_code),
          name("SecurityNameGCCS", w::security_definition::SecurityNameGCCS,
               &M::security_name_gccs),
          name("SecurityNameGB", w::security_definition::SecurityNameGB, &M::security_name_gb),
          number("LotSize", w::security_definition::LotSize, &M::lot_size),
          unused(w::security_definition::Unused2),
          price("PreviousClosingPrice", w::security_definition::PreviousClosingPrice,
                &M::previous_closing_price),
          flag("VCMFlag", w::security_definition::VCMFlag, &M::vcm_flag),
          flag("ShortSellFlag", w::security_definition::ShortSellFlag, &M::short_sell_flag),
          flag("CASFlag", w::security_definition::CASFlag, &M::cas_flag),
          flag("CCASSFlag", w::security_definition::CCASSFlag, &M::ccass_flag),
          flag("DummySecurityFlag", w::security_definition::DummySecurityFlag,
               &M::dummy_security_flag),
          unused(w::security_definition::TestSecurityFlag),
          flag("StampDutyFlag", w::security_definition::StampDutyFlag, &M::stamp_duty_flag),
          unused(w::security_definition::Unused3),
          number("ListingDate", w::security_definition::ListingDate, &M::listing_date),
          number("DelistingDate", w::security_definition::DelistingDate, &M::delisting_date),
          text("FreeText", w::security_definition::FreeText, &M::free_text),
          unused(w::security_definition_544::Unused1),
          flag("POSFlag", w::security_definition_544::POSFlag, &M::pos_flag),
          price("POSUpperLimit", w::security_definition_544::POSUpperLimit, &M::pos_upper_limit),
          price("POSLowerLimit", w::security_definition_544::POSLowerLimit, &M::pos_lower_limit),
          number("DomainStmtSecurityCode", w::security_definition_544::DomainStmtSecurityCode,
                 &M::domain_stmt_security_code),
          unused(w::security_definition_544::Unused2),
          flag("EFNFlag", w::security_definition_544::EFNFlag, &M::efn_flag),
          price("AccruedInterest", w::security_definition_544::AccruedInterest,
                &M::accrued_interest),
          price("CouponRate", w::security_definition_544::CouponRate, &M::coupon_rate),
          unused(w::security_definition_544::Unused3),
          scaled_by("FaceValue", w::security_definition_544::FaceValue, &M::face_value,
                    w::security_definition_544::DecimalsInFaceValue),
          number("DecimalsInFaceValue", w::security_definition_544::DecimalsInFaceValue,
                 &M::decimals_in_face_value),
          text("FaceValueCurrency", w::security_definition_544::FaceValueCurrency,
               &M::face_value_currency),
          number("MaturityDate", w::security_definition_544::MaturityDate, &M::maturity_date),
          flag("InvestorType", w::security_definition_544::InvestorType, &M::investor_type),
          unused(w::security_definition_544::Unused4),
          price("ConversionRatio", w::security_definition_544::ConversionRatio,
                &M::conversion_ratio),
          price("StrikePrice1", w::security_definition_544::StrikePrice1, &M::strike_price1),
          price("StrikePrice2", w::security_definition_544::StrikePrice2, &M::strike_price2),
          number("WarrantMaturityDate", w::security_definition_544::WarrantMaturityDate,
                 &M::warrant_maturity_date),
          flag("CallPutFlag", w::security_definition_544::CallPutFlag, &M::call_put_flag),
          flag("Style", w::security_definition_544::Style, &M::style),
          unused(w::security_definition_544::Unused5),
          flag("WarrantType", w::security_definition_544::WarrantType, &M::warrant_type),
          scaled_by("CallPrice", w::security_definition_544::CallPrice, &M::call_price,
                    w::security_definition_544::DecimalsInCallPrice),
          price("DecimalsInCallPrice", w::security_definition_544::DecimalsInCallPrice,
                &M::decimals_in_call_price),
          scaled_by("Entitlement", w::security_definition_544::Entitlement, &M::entitlement,
                    w::security_definition_544::DecimalsInEntitlement),
          number("DecimalsInEntitlement", w::security_definition_544::DecimalsInEntitlement,
                 &M::decimals_in_entitlement),
          number("NoWarrantsPerEntitlement", w::security_definition_544::NoWarrantsPerEntitlement,
                 &M::no_warrants_per_entitlement),
          unused(w::security_definition_544::Unused6),
          count("NoUnderlyingSecurities", w::security_definition_544::NoUnderlyingSecurities));
  static constexpr auto kSections464 = with_list(
      w::security_definition_464::kSize, kUnderlyings,
      number("SecurityCode", w::security_definition::SecurityCode, &M::security_code),
      text("MarketCode", w::security_definition::MarketCode, &M::market_code),
      text("ISINCode", w::security_definition::ISINCode, &M::isin_code),
      text("InstrumentType", w::security_definition::InstrumentType, &M::instrument_type),
      number("ProductType", w::security_definition::ProductType, &M::product_type),
      unused(w::security_definition::Unused1),
      text("SpreadTableCode", w::security_definition::SpreadTableCode, &M::spread_table_code),
      text("SecurityShortName", w::security_definition::SecurityShortName, &M::security_short_name),
      text("CurrencyCode", w::security_definition::CurrencyCode, &M::currency_code),
      name("SecurityNameGCCS", w::security_definition::SecurityNameGCCS, &M::security_name_gccs),
      name("SecurityNameGB", w::security_definition::SecurityNameGB, &M::security_name_gb),
      number("LotSize", w::security_definition::LotSize, &M::lot_size),
      unused(w::security_definition::Unused2),
      price("PreviousClosingPrice", w::security_definition::PreviousClosingPrice,
            &M::previous_closing_price),
      flag("VCMFlag", w::security_definition::VCMFlag, &M::vcm_flag),
      flag("ShortSellFlag", w::security_definition::ShortSellFlag, &M::short_sell_flag),
      flag("CASFlag", w::security_definition::CASFlag, &M::cas_flag),
      flag("CCASSFlag", w::security_definition::CCASSFlag, &M::ccass_flag),
      flag("DummySecurityFlag", w::security_definition::DummySecurityFlag, &M::dummy_security_flag),
      flag("TestSecurityFlag", w::security_definition::TestSecurityFlag, &M::test_security_flag),
      flag("StampDutyFlag", w::security_definition::StampDutyFlag, &M::stamp_duty_flag),
      unused(w::security_definition::Unused3),
      number("ListingDate", w::security_definition::ListingDate, &M::listing_date),
      number("DelistingDate", w::security_definition::DelistingDate, &M::delisting_date),
      text("FreeText", w::security_definition::FreeText, &M::free_text),
      unused(w::security_definition_464::Unused1),
      flag("EFNFlag", w::security_definition_464::EFNFlag, &M::efn_flag),
      price("AccruedInterest", w::security_definition_464::AccruedInterest, &M::accrued_interest),
      price("CouponRate", w::security_definition_464::CouponRate, &M::coupon_rate),
      unused(w::security_definition_464::Unused2),
      price("ConversionRatio", w::security_definition_464::ConversionRatio, &M::conversion_ratio),
      price("StrikePrice1", w::security_definition_464::StrikePrice1, &M::strike_price1),
      price("StrikePrice2", w::security_definition_464::StrikePrice2, &M::strike_price2),
      number("MaturityDate", w::security_definition_464::MaturityDate, &M::warrant_maturity_date),
      flag("CallPutFlag", w::security_definition_464::CallPutFlag, &M::call_put_flag),
      flag("Style", w::security_definition_464::Style, &M::style),
      unused(w::security_definition_464::Unused3),
      flag("WarrantType", w::security_definition_464::WarrantType, &M::warrant_type),
      scaled_by("CallPrice", w::security_definition_464::CallPrice, &M::call_price,
                w::security_definition_464::DecimalsInCallPrice),
      price("DecimalsInCallPrice", w::security_definition_464::DecimalsInCallPrice,
            &M::decimals_in_call_price),
      scaled_by("Entitlement", w::security_definition_464::Entitlement, &M::entitlement,
                w::security_definition_464::DecimalsInEntitlement),
      number("DecimalsInEntitlement", w::security_definition_464::DecimalsInEntitlement,
             &M::decimals_in_entitlement),
      number("NoWarrantsPerEntitlement", w::security_definition_464::NoWarrantsPerEntitlement,
             &M::no_warrants_per_entitlement),
      unused(w::security_definition_464::Unused4),
      count("NoUnderlyingSecurities", w::security_definition_464::NoUnderlyingSecurities));
  static constexpr auto kSections280 = with_list(
      w::security_definition_280::kSize, kUnderlyings,
      number("SecurityCode", w::security_definition_280::SecurityCode, &M::security_code),
      text("MarketCode", w::security_definition_280::MarketCode, &M::market_code),
      text("ISINCode", w::security_definition_280::ISINCode, &M::isin_code),
      text("InstrumentType", w::security_definition_280::InstrumentType, &M::instrument_type),
      text("SpreadTableCode", w::security_definition_280::SpreadTableCode, &M::spread_table_code),
      text("SecurityShortName", w::security_definition_280::SecurityShortName,
           &M::security_short_name),
      text("CurrencyCode", w::security_definition_280::CurrencyCode, &M::currency_code),
      name("SecurityNameGCCS", w::security_definition_280::SecurityNameGCCS,
           &M::security_name_gccs),
      name("SecurityNameGB", w::security_definition_280::SecurityNameGB, &M::security_name_gb),
      number("LotSize", w::security_definition_280::LotSize, &M::lot_size),
      price("PreviousClosingPrice", w::security_definition_280::PreviousClosingPrice,
            &M::previous_closing_price),
      unused(w::security_definition_280::NotKnown),
      count("NoUnderlyingSecurities", w::security_definition_280::NoUnderlyingSecurities));
};

template <>
struct Layout<LiquidityProvider> {
  using M = LiquidityProvider;
  static constexpr std::uint16_t kType = w::liquidity_provider::kType;
  static constexpr std::string_view kName = "Liquidity Provider";
  static constexpr auto kSections =
      with_list(w::liquidity_provider::kSize,
                list("LPBrokerNumbers", &M::lp_broker_numbers, w::liquidity_provider::kEntrySize,
                     number("LPBrokerNumber", w::liquidity_provider::LPBrokerNumber, Itself{})),
                number("SecurityCode", w::liquidity_provider::SecurityCode, &M::security_code),
                count("NoLiquidityProviders", w::liquidity_provider::NoLiquidityProviders));
};

template <>
struct Layout<CurrencyRate> {
  using M = CurrencyRate;
  static constexpr std::uint16_t kType = w::currency_rate::kType;
  static constexpr std::string_view kName = "Currency Rate";
  static constexpr auto kSections =
      fixed(w::currency_rate::kSize,
            text("CurrencyCode", w::currency_rate::CurrencyCode, &M::currency_code),
            unused(w::currency_rate::Unused1),
            number("CurrencyFactor", w::currency_rate::CurrencyFactor, &M::currency_factor),
            unused(w::currency_rate::Unused2),
            decimal("CurrencyRate", w::currency_rate::CurrencyRate, &M::currency_rate, 4));
};

}  // namespace indexcast::hkex::layout
