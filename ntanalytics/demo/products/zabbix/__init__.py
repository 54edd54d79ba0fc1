"""Demo data of Zabbix."""
