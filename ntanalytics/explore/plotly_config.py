"""Configuration of Plotly's figures in the lab: Chinese words on the mode bar, no logo, and no button that uploads."""

from __future__ import annotations

from collections.abc import Mapping

_WORDS = {
    "Autoscale": "自动缩放",
    "Box Select": "框选",
    "Compare data on hover": "悬停时对比各条",
    "Click to enter Colorscale title": "点击输入色标标题",
    "Click to enter X axis title": "点击输入横轴标题",
    "Click to enter Y axis title": "点击输入纵轴标题",
    "Click to enter Plot title": "点击输入图标题",
    "Double-click to zoom back out": "双击还原",
    "Download plot": "下载图片",
    "Download plot as a PNG": "下载图片（PNG）",
    "Lasso Select": "套索选择",
    "Pan": "平移",
    "Produced with Plotly.js": "Plotly.js",
    "Reset": "还原",
    "Reset axes": "还原坐标轴",
    "Show closest data on hover": "悬停时显示最近的点",
    "Snapshot succeeded": "图片已保存",
    "Sorry, there was a problem downloading your snapshot!": "图片未能保存",
    "Taking snapshot - this may take a few seconds": "正在保存图片",
    "Toggle Spike Lines": "显示或隐藏参考线",
    "Zoom": "缩放",
    "Zoom in": "放大",
    "Zoom out": "缩小",
}
_DAYS = ["星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"]
_MONTHS = [f"{month}月" for month in range(1, 13)]

#: Configuration of every figure that the lab shows.
PLOTLY_CONFIG: Mapping[str, object] = {
    "displaylogo": False,
    "showSendToCloud": False,
    "plotlyServerURL": "",
    "responsive": True,
    "locale": "zh-CN",
    "locales": {
        "zh-CN": {
            "dictionary": _WORDS,
            "format": {
                "days": _DAYS,
                "shortDays": [day.replace("星期", "周") for day in _DAYS],
                "months": _MONTHS,
                "shortMonths": _MONTHS,
                "date": "%Y-%m-%d",
            },
        }
    },
}
