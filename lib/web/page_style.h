// How the daemons' pages look: light and dark, wide and narrow, never by colour alone.
#pragma once

namespace xenha::web::html {

inline constexpr const char* kStyle = R"(
:root{color-scheme:light dark;--ground:#f5f6f8;--card:#fff;--text:#1d2530;--soft:#5b6675;--line:#dde2e8;
--bad:#b3261e;--bad-ground:#fcebea;--warn:#8a5a00;--warn-ground:#fdf3dc;--good:#1b6e3c;--link:#1c5fb0}
@media (prefers-color-scheme:dark){:root{--ground:#14181d;--card:#1d232b;--text:#e3e8ee;--soft:#98a4b3;--line:#323b46;
--bad:#ff8a80;--bad-ground:#3a1d1c;--warn:#f2bf5b;--warn-ground:#33290f;--good:#6fcf97;--link:#85b7ff}}
*{box-sizing:border-box}
body{margin:0;padding:1rem 1.25rem 1.5rem;background:var(--ground);color:var(--text);
font:15px/1.45 system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif}
a{color:var(--link)}
header{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;align-items:baseline;margin-bottom:.9rem}
h1{font-size:1.15rem;margin:0}
h1 small,.soft,.unknown{color:var(--soft);font-weight:400}
.sum{margin:0;font-weight:600;flex:1}
nav a{margin-right:.9rem}
main{columns:36rem;column-gap:.9rem}
details{break-inside:avoid;margin-bottom:.9rem;background:var(--card);border:1px solid var(--line);border-left:6px solid var(--good);border-radius:5px;
padding:.55rem .9rem}
details.bad{border-left-color:var(--bad)}
details.warn{border-left-color:var(--warn)}
details.wait{border-left-color:var(--soft)}
details.good:not([open]),details.wait:not([open]){padding:.1rem .9rem;margin-bottom:.3rem}
summary{cursor:pointer;display:flex;flex-wrap:wrap;gap:.1rem .8rem;align-items:baseline}
summary b{font-size:1.05rem;overflow-wrap:anywhere}
.mark{font-weight:700;white-space:nowrap;color:var(--good)}
.bad>summary .mark,.no{color:var(--bad)}
.warn>summary .mark,.odd{color:var(--warn)}
.wait>summary .mark{color:var(--soft)}
.no,.odd{font-weight:700}
ul{list-style:none;margin:.5rem 0;padding:0}
li{padding:.2rem .6rem;margin-bottom:.2rem;border-radius:4px;background:var(--warn-ground);overflow-wrap:anywhere}
li.critical{background:var(--bad-ground)}
li b{white-space:nowrap;margin-right:.4rem;color:var(--warn)}
li.critical b{color:var(--bad)}
dl{display:flex;flex-wrap:wrap;gap:.1rem 1.4rem;margin:.5rem 0}
dl div{display:flex;gap:.4rem}
dt{color:var(--soft)}
dd{margin:0;overflow-wrap:anywhere}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:.16rem .7rem .16rem 0;border-top:1px solid var(--line);white-space:nowrap}
th{color:var(--soft);font-weight:400;font-size:.86rem;border-top:0}
td:first-child{white-space:normal;overflow-wrap:anywhere;min-width:6rem}
td.note{white-space:normal;min-width:9rem;overflow-wrap:anywhere}
li.info{background:none}
li.info b{color:var(--soft)}
details.failover{background:none;border:0;border-top:1px solid var(--line);border-radius:0;padding:.45rem 0 0;margin:.5rem 0 .2rem}
.failover>summary{display:block;overflow-wrap:anywhere}
.failover>summary b{font-size:inherit}
.failover p{margin:.35rem 0;overflow-wrap:anywhere}
.legend span{white-space:nowrap;margin-right:.8rem}
.legend svg{vertical-align:-2px}
.vm{display:inline-block;max-width:100%}
table.phases{width:auto}
table.phases td:first-child{white-space:nowrap}
.timeline{display:block;margin:.6rem 0 .2rem;font-size:13px}
.timeline text{fill:var(--text);stroke:var(--card);stroke-width:4px;stroke-linejoin:round;paint-order:stroke}
.timeline text.soft,.timeline text.tick{fill:var(--soft)}
.timeline text.tick{font-size:12px}
.timeline text.over{stroke-width:8px}
.timeline .bad{fill:var(--bad);font-weight:700}
.timeline .time,.timeline .head{font-weight:700;font-variant-numeric:tabular-nums}
svg .grid,svg .zero{stroke:var(--line);stroke-width:1px}
svg .zero{stroke:var(--soft)}
svg .unsure{stroke:var(--soft);stroke-dasharray:2 2;opacity:.55}
svg .now{stroke:var(--text);stroke-width:1.5px;stroke-dasharray:5 4}
svg .track{stroke:var(--soft);stroke-width:2px}
svg .track.waits{stroke-dasharray:2 5}
svg .mark{fill:var(--text)}
svg .ring{fill:none;stroke:var(--soft);stroke-width:1.5px}
svg .down{stroke:var(--soft);stroke-width:9px;stroke-dasharray:1.5 4}
svg .down.waits{stroke:var(--bad)}
svg .runs{fill:var(--good)}
svg path.waits{fill:var(--bad)}
svg .cross{fill:none;stroke:var(--warn);stroke-width:2px}
footer{margin-top:1rem;color:var(--soft);font-size:.86rem}
)";

}  // namespace xenha::web::html
