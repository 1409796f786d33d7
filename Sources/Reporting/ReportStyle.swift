/// The style sheet of a report.
///
/// Colours are those of Okabe and Ito ("Color Universal Design", 2008), darkened where white needs it and lightened
/// where black does; lines differ in their dashes and bars in their patterns as well.
enum ReportStyle {
  static let sheet: HTML = """
    :root{color-scheme:light dark;--page:#fff;--panel:#f6f7f9;--ink:#1b1f24;--soft:#59636e;--rule:#d5dae1;--grid:#e3e7ec;
    --band:#eef1f5;--blue:#0072b2;--sky:#3d9fd6;--green:#00815f;--orange:#b87400;--red:#c2480a;--purple:#a8508a;--grey:#7a828c;
    --area:#cfd8e3;--pass:#007a58;--fail:#b83d00;--open:#8a5a00;--pass-ground:#e6f5f0;--fail-ground:#fdeee6;--open-ground:#fdf4e0}
    @media (prefers-color-scheme:dark){:root{--page:#14171b;--panel:#1c2026;--ink:#e7eaee;--soft:#9da7b3;--rule:#363d47;--grid:#2a3038;
    --band:#1b2027;--blue:#56b4e9;--sky:#8fd0f5;--green:#2fc79b;--orange:#f0b429;--red:#ff8344;--purple:#dd93c2;--grey:#98a2ae;
    --area:#33404f;--pass:#3ad1a5;--fail:#ff8f59;--open:#f0b429;--pass-ground:#10291f;--fail-ground:#33190c;--open-ground:#2e2409}}
    *{box-sizing:border-box}
    body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
    main{max-width:1240px;margin:0 auto;padding:20px 24px 8px}
    footer{max-width:1240px;margin:0 auto;padding:12px 24px 28px;color:var(--soft);font-size:13px}
    h1{font-size:22px;line-height:1.25;margin:0;overflow-wrap:anywhere}
    h2{font-size:18px;margin:32px 0 10px}
    h3{font-size:15px;margin:0;display:inline}
    p{margin:0}
    a{color:var(--blue)}
    code,pre,.name{font-family:ui-monospace,"SF Mono",Menlo,"DejaVu Sans Mono",monospace;font-size:13px}
    .skip{position:absolute;left:-9999px}
    .skip:focus{left:12px;top:8px;background:var(--page);padding:4px 8px;z-index:9}
    .unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
    .verdict{display:flex;gap:20px;align-items:center;padding:18px 22px;border-radius:10px;border-left:8px solid var(--grey);background:var(--panel)}
    .verdict.pass{border-color:var(--pass);background:var(--pass-ground)}
    .verdict.fail{border-color:var(--fail);background:var(--fail-ground)}
    .verdict.inconclusive{border-color:var(--open);background:var(--open-ground)}
    .verdict-word{font-size:26px;font-weight:750;display:flex;gap:10px;align-items:center;white-space:nowrap}
    .verdict-word .icon{width:34px;height:34px}
    .pass .verdict-word,.pass .badge{color:var(--pass)}
    .fail .verdict-word,.fail .badge{color:var(--fail)}
    .inconclusive .verdict-word,.inconclusive .badge{color:var(--open)}
    .sentence{font-size:16px;margin-top:2px;overflow-wrap:anywhere}
    .facts{color:var(--soft);font-size:13px;margin-top:4px;overflow-wrap:anywhere}
    .icon circle{fill:currentColor}
    .icon path{fill:none;stroke:var(--page);stroke-width:1.8;stroke-linecap:round;stroke-linejoin:round}
    .box{margin:12px 0 0;padding:10px 14px;border:1px solid var(--rule);border-radius:8px;background:var(--panel);font-size:14px}
    .box.warning{border-color:var(--open);border-left-width:6px;background:var(--open-ground)}
    .box ul{margin:4px 0 0;padding-left:20px}
    .figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:10px;margin:16px 0 0}
    .figures div{border:1px solid var(--rule);border-radius:8px;padding:9px 13px}
    .figures dt{color:var(--soft);font-size:13px}
    .figures dd{margin:0;font-size:21px;font-weight:650;font-variant-numeric:tabular-nums}
    .figures dd.detail{font-size:12.5px;font-weight:400;color:var(--soft)}
    table{border-collapse:collapse;width:100%;font-size:14px}
    th,td{text-align:left;vertical-align:top;padding:6px 10px;border-bottom:1px solid var(--rule)}
    thead th{font-size:12.5px;font-weight:600;color:var(--soft);white-space:nowrap}
    tbody th{font-weight:550}
    td,th{overflow-wrap:anywhere}
    .figures-table td,.figures-table th,.values td{font-variant-numeric:tabular-nums}
    .scroll{overflow-x:auto}
    #phases td,#rollouts td,#routes td:not(:last-child),#connections td,#failures td{white-space:nowrap}
    .scroll td,.scroll th{overflow-wrap:normal}
    .expectations .word{white-space:nowrap;width:1%}
    .badge{display:inline-flex;gap:6px;align-items:center;font-weight:700}
    .badge .icon{width:18px;height:18px;flex:none}
    tr.fail,tr.fail>td{background:var(--fail-ground)}
    tr.inconclusive,tr.inconclusive>td{background:var(--open-ground)}
    tr:target>td{outline:2px solid var(--blue);outline-offset:-2px}
    .expected,.reason{color:var(--soft);font-size:13.5px}
    .when{white-space:nowrap;font-variant-numeric:tabular-nums}
    .evidence ul{margin:4px 0 2px;padding:0 0 0 17px;list-style:none;font-size:13px;color:var(--soft)}
    .evidence li{padding:1px 0}.evidence li a{font-variant-numeric:tabular-nums;margin-right:4px}.evidence summary{font-size:14px;color:var(--ink)}
    .finding{padding-left:17px}.evidence>summary{list-style:none;padding-left:17px;position:relative}.evidence>summary::-webkit-details-marker{display:none}
    .evidence>summary::before{content:"";position:absolute;left:3px;top:.42em;border:4.5px solid transparent;border-left:6px solid var(--soft);border-right:0}
    .evidence[open]>summary::before{transform:rotate(90deg)}
    .expectations td:nth-child(2){width:31%}.expectations .found{width:auto}.reason{padding-left:17px}
    summary{cursor:pointer;color:var(--soft);font-size:13px}
    summary h2{display:inline-block;margin:18px 0 8px;color:var(--ink)}
    details.list>summary{font-size:18px}
    .hint,.note,.measure{color:var(--soft);font-size:13px;font-weight:400}
    .charts:focus-visible{outline:2px solid var(--blue);outline-offset:6px;border-radius:4px}
    .strip{position:sticky;top:0;z-index:3;background:var(--page);padding:6px 16px 4px 64px;margin:6px 0 4px;border-bottom:1px solid var(--rule)}
    .strip-inner{position:relative}
    .strip-row{position:relative;height:22px;font-size:12.5px}
    .strip .phase{position:absolute;top:0;bottom:1px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;padding:1px 6px;background:var(--band);border-left:2px solid var(--grey);font-weight:600}
    .strip .action,.strip .failed,.strip .now{position:absolute;top:1px;white-space:nowrap;line-height:19px;overflow:hidden;text-overflow:ellipsis}
    .strip .action{border-left:2px dashed var(--purple);padding-left:5px;color:var(--purple);font-weight:600}
    .strip .action.leftwards{border-left:0;border-right:2px dashed var(--purple);padding:0 5px 0 0}
    .strip .failed{color:var(--fail);text-decoration:none;display:flex;gap:4px;margin-left:-9px}
    .strip .failed.leftwards{flex-direction:row-reverse;margin:0 -9px 0 0}.strip .failed b{overflow:hidden;text-overflow:ellipsis}
    .strip .failed span{flex:none;background:var(--fail);color:var(--page);border-radius:50%;width:18px;height:18px;line-height:18px;text-align:center;font-size:11px}
    .strip .now{max-width:100%;background:var(--ink);color:var(--page);border-radius:4px;padding:0 7px;font-variant-numeric:tabular-nums;z-index:2}
    .chart{margin:18px 0 0;break-inside:avoid}
    .chart.empty{display:flex;gap:14px;align-items:baseline}.chart.empty figcaption{margin:0}.none{color:var(--soft);font-size:14px}
    figcaption{display:flex;flex-wrap:wrap;gap:2px 18px;align-items:baseline;justify-content:space-between;margin-bottom:8px}
    .legend{list-style:none;display:flex;flex-wrap:wrap;gap:2px 16px;margin:0;padding:0;font-size:13px}
    .legend li{display:inline-flex;align-items:center;gap:5px}
    .legend output{font-weight:700;font-variant-numeric:tabular-nums}
    .legend output:not(:empty){min-width:3.2em}
    .plot{margin:0 16px 0 64px;position:relative;touch-action:pan-y}
    .picture{display:block;overflow:visible}
    .data path,.swatch path{fill:none;stroke-width:1.8;stroke-linejoin:round;vector-effect:non-scaling-stroke}
    .axis text{fill:var(--soft);font-size:12px;font-variant-numeric:tabular-nums}
    .grid{stroke:var(--grid)}
    .phase-band.shaded{fill:var(--band)}.phase-band.plain{fill:transparent}
    .strip .action.absence{border-color:var(--fail);color:var(--fail)}
    .absence-mark{stroke:var(--fail);stroke-width:1.5;stroke-dasharray:8 3}
    .strip .action.fault{border-left-style:solid;border-color:var(--orange);color:var(--open)}.strip .action.fault.leftwards{border-right-style:solid}
    .fault-band,.area-fault{fill:var(--orange)!important;opacity:.13;stroke:none}.area-fault{opacity:.4}
    .fault-mark{stroke:var(--orange);stroke-width:1.5}
    .action-mark{stroke:var(--purple);stroke-width:1.5;stroke-dasharray:5 4}
    .failure-mark{stroke:var(--fail);stroke-width:2;stroke-dasharray:2 3}
    .cursor{stroke:var(--ink);stroke-width:1;visibility:hidden}
    .at-moment .cursor{visibility:visible}
    .area-offered{fill:var(--area)!important;stroke:none}
    .line-planned{stroke:var(--grey);stroke-width:1.2!important;stroke-dasharray:4 4}
    .line-achieved{stroke:var(--blue)}
    .line-sent{stroke:var(--orange);stroke-dasharray:2 3}
    .line-p99{stroke:var(--red)}
    .line-p95{stroke:var(--orange);stroke-dasharray:7 3}
    .line-p50{stroke:var(--blue);stroke-dasharray:2 2.5}
    .line-ready{stroke:var(--blue);stroke-width:2.6!important}
    .line-available{stroke:var(--green);stroke-width:1.8!important;stroke-dasharray:9 3}
    .line-wanted{stroke:var(--orange);stroke-width:3.4!important;opacity:.75}
    .line-recommended{stroke:var(--purple);stroke-dasharray:2 3;stroke-width:2.4!important}
    .line-limit{stroke:var(--grey);stroke-width:1!important;stroke-dasharray:1 4}
    .data path.band{stroke:none;fill:var(--blue);opacity:.22}
    .data path.band.line-wanted{fill:var(--orange)}.data path.band.line-available{fill:var(--green)}.data path.band.line-recommended{fill:var(--purple)}
    .area-corridor{fill:var(--green)!important;opacity:.2;stroke:none}
    .area-strained{fill:var(--open)!important;opacity:.2;stroke:none}
    .lane:focus-visible{outline:2px solid var(--blue);outline-offset:4px;border-radius:4px}
    .decision{fill:var(--blue);stroke:none}.decision.limit{fill:var(--orange)}.decision.window{fill:var(--purple)}
    .decision.calm{fill:var(--grey)}.decision.trouble{fill:var(--fail)}.decision.other{fill:var(--ink)}
    .decision .repeats{stroke:var(--grey);stroke-width:2;opacity:.55}.decision.window .repeats{stroke:var(--purple)}
    .decision.metric .repeats{stroke:var(--blue)}.decision.limit .repeats{stroke:var(--orange)}
    .decision text{fill:var(--ink);font-size:11.5px;font-weight:600;paint-order:stroke;stroke:var(--page);stroke-width:3px}
    .decision.chosen rect,.decision.chosen .arrow{stroke:var(--ink);stroke-width:2;paint-order:stroke}
    .swatch .decision{fill:var(--soft);stroke:none}.row-name{font-weight:600}
    .decision-text{margin:4px 16px 0 64px;font-size:13px;color:var(--soft);white-space:pre-line;min-height:8em;overflow-wrap:anywhere}
    .lane-hint{margin:2px 16px 0 64px}.decision-text::first-line{font-weight:650;color:var(--ink)}
    .decisions td{white-space:normal!important;min-width:9em}.decisions td.step,.decisions th{white-space:nowrap!important}.decisions td.step,.decisions td:last-child{min-width:0}
    #failures td,#failures th{padding:6px 7px}.chart>.note{margin-left:64px}#phases tbody th{white-space:nowrap}.why{color:var(--soft)}.box p{margin-top:6px}
    .area-gap{fill:var(--fail)!important;opacity:.16}
    .area-uncertain{fill:var(--blue)!important;opacity:.25}
    .bar-failure-0{fill:var(--red)!important}.bar-failure-1{fill:var(--purple)!important}.bar-failure-2{fill:var(--orange)!important}
    .bar-failure-3{fill:var(--blue)!important}.bar-failure-4{fill:var(--green)!important}.bar-failure-5{fill:var(--grey)!important}
    .bar-pending{fill:var(--area)!important;stroke:var(--grey);stroke-width:.6!important}
    .bar-starting{fill:url(#hatch-starting)!important;stroke:var(--orange);stroke-width:.8!important}
    .bar-going{fill:url(#hatch-going)!important;stroke:var(--grey);stroke-width:.8!important}
    .hatch-ground{fill:var(--page)}.hatch-start{fill:var(--orange)}.hatch-end{fill:var(--grey)}
    .bar-version-0{fill:var(--blue)!important}.bar-version-1{fill:var(--green)!important}.bar-version-2{fill:var(--purple)!important}
    .bar-version-3{fill:var(--sky)!important}.bar-version-4{fill:var(--grey)!important}
    .pod-version{fill:var(--page);font-size:11px;font-weight:600}
    .pod-name{fill:var(--soft);font-size:11px}
    .pod:hover rect{opacity:.8}
    .pod-cause{fill:var(--red)}
    .pod-failure{stroke:var(--red);stroke-width:2.5!important}
    .values{margin:2px 0 0 64px}
    .values table{font-size:13px}.values td,.values th{padding:3px 8px;white-space:nowrap}
    .facts-list{display:grid;grid-template-columns:repeat(auto-fit,minmax(300px,1fr));gap:0 28px;margin:8px 0 12px}
    .facts-list div{display:flex;justify-content:space-between;gap:16px;border-bottom:1px solid var(--rule);padding:5px 0;font-size:14px}
    .facts-list dt{color:var(--soft)}.facts-list dd{margin:0;text-align:right;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
    .warning-event{background:var(--open-ground)}
    pre{background:var(--panel);border:1px solid var(--rule);border-radius:8px;padding:12px;overflow-x:auto;line-height:1.45}
    @media (max-width:1000px){.time-axis.long .odd{display:none}}
    @media (max-width:700px){.time-axis .odd,.time-axis.long .second,.decision text,.pod-version{display:none}}
    @media (max-width:460px){.time-axis .second{display:none}}
    @media screen and (max-width:820px){main{padding:12px 12px 4px}.verdict{flex-direction:column;align-items:flex-start;gap:8px;padding:14px}
    .expectations>thead{display:none}.expectations>tbody>tr{display:grid;grid-template-columns:130px 1fr;border-bottom:1px solid var(--rule);padding:5px 0}
    .expectations>tbody>tr>td{border:0;width:auto!important;padding:2px 8px}.expectations>tbody>tr>td.found,.expectations>tbody>tr>td.when{grid-column:2}
    .finding,.evidence ul,.reason{padding-left:0}.facts-list{grid-template-columns:1fr}
    .plot{margin:0 8px 0 60px}.strip{padding:6px 8px 4px 60px}.lane .value-axis text{font-size:11px}.values,.decision-text,.lane-hint,.chart>.note{margin-left:0}}
    @media screen and (max-width:460px){.expectations>tbody>tr{grid-template-columns:1fr}.expectations>tbody>tr>td.found,.expectations>tbody>tr>td.when{grid-column:1}}
    @media print{:root{color-scheme:light;--page:#fff;--panel:#fff;--ink:#000;--soft:#444;--rule:#bbb;--grid:#ddd;--band:#f1f3f6;--blue:#0072b2;--sky:#3d9fd6;
    --green:#00815f;--orange:#b87400;--red:#c2480a;--purple:#a8508a;--grey:#7a828c;--area:#cfd8e3;--pass:#007a58;--fail:#b83d00;--open:#8a5a00;
    --pass-ground:#fff;--fail-ground:#fff;--open-ground:#fff}
    @page{size:A4;margin:12mm}
    *{print-color-adjust:exact;-webkit-print-color-adjust:exact}
    body{font-size:11px}main,footer{max-width:none;padding:0}.strip{position:static}.hint,.values,.skip,.cursor,.now,.decision-text{display:none}
    .scroll{overflow:visible}.scroll td,.scroll th,#phases td,#phases tbody th,#rollouts td,#routes td:not(:last-child),#connections td,#failures td{white-space:normal;padding:3px 5px;overflow-wrap:break-word}
    .scroll tbody th,.scroll .name,#routes td:last-child{overflow-wrap:anywhere}thead th{white-space:normal;font-size:9.5px}.plot{margin:0 10px 0 70px}.strip{padding:4px 10px 4px 70px}.when{padding:3px 5px}#connections tbody th{min-width:16ch}
    h2{break-after:avoid}tr{break-inside:avoid}.verdict{border:1px solid;border-left-width:8px}a{color:inherit;text-decoration:none}
    table,.expected,.reason,.finding,.evidence ul,.evidence summary,.facts,.box,.legend,.note,.measure,figcaption{font-size:10.5px}.facts-list div{font-size:10.5px;padding:2px 0}
    .sentence,h3{font-size:12px}.sentence a{display:none}.figures{grid-template-columns:repeat(6,1fr);gap:6px}.figures div{padding:6px 8px}.figures dt,.figures dd.detail{font-size:9.5px}.figures dd{font-size:14px}.verdict-word{font-size:20px}.chart{margin-top:12px}pre{white-space:pre-wrap}}
    """
}
